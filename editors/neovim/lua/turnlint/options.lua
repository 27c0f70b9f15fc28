-- What users can set of the plugin itself. What the server takes is set by `vim.lsp.config('turnlint', …)`.

---@alias turnlint.Position 'right'|'left'|'above'|'below'|'float'

---@class turnlint.RowOptions
---@field position? turnlint.Position Where the row view opens.
---@field size? number The part of the editor that it takes, above 0 and below 1.
---@field fold_lines? integer Texts of more lines are folded after so many.

---@class turnlint.Options The value of `vim.g.turnlint`.
---@field long_rows? boolean Whether files of long rows get window options in which they can be read.
---@field row? turnlint.RowOptions

local M = {}

---@type turnlint.Options
local DEFAULTS = { long_rows = true, row = { position = 'right', size = 0.5, fold_lines = 20 } }

M.POSITIONS = { 'right', 'left', 'above', 'below', 'float' }

local function is_position(value) return vim.list_contains(M.POSITIONS, value) end
local function is_part(value) return type(value) == 'number' and value > 0 and value < 1 end
local function is_count(value) return type(value) == 'number' and value >= 1 and value % 1 == 0 end

-- What each option takes: a type, or a test with its words.
local KINDS = {
  long_rows = { 'boolean' },
  row = { 'table' },
  ['row.position'] = { is_position, 'one of ' .. table.concat(M.POSITIONS, ', ') },
  ['row.size'] = { is_part, 'a number between 0 and 1' },
  ['row.fold_lines'] = { is_count, 'a whole number from 1' },
}

---@param options table<any, any>
---@param prefix string
---@param faults string[]
local function check(options, prefix, faults)
  for key, value in vim.spairs(options) do
    local name = prefix .. tostring(key)
    local kind = KINDS[name]
    if not kind then
      table.insert(faults, ('there is no option `%s`'):format(name))
    elseif not pcall(vim.validate, name, value, kind[1], false, kind[2]) then
      table.insert(faults, ('`%s` must be %s'):format(name, kind[2] or ('a ' .. kind[1])))
    elseif type(value) == 'table' then
      check(value, name .. '.', faults)
    end
  end
end

---What is wrong with options, a clause each.
---@param options any
---@return string[]
function M.faults(options)
  if type(options) ~= 'table' then return { 'the options must be a table' } end
  local faults = {} ---@type string[]
  check(options, '', faults)
  return faults
end

---The options that hold: those of the user over the defaults, or the defaults alone where those of the user are faulty.
---@return turnlint.Options
function M.get()
  local said = vim.g.turnlint
  if said == nil or #M.faults(said) > 0 then return DEFAULTS end
  return vim.tbl_deep_extend('force', DEFAULTS, said)
end

return M
