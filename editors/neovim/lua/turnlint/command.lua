-- `:Turnlint NAME [ARGUMENT]`: each subcommand is a file of commands/, which nothing else knows of.

local server = require('turnlint.server')

local M = {}

---@class turnlint.Command
---@field run fun(argument: string) Given what follows the name, empty where nothing does.
---@field complete? fun(lead: string): string[] What the argument can be.

---@return string[] names
local function names()
  local files = vim.api.nvim_get_runtime_file('lua/turnlint/commands/*.lua', true)
  local found = vim.tbl_map(function(file) return vim.fs.basename(file):sub(1, -5) end, files)
  table.sort(found)
  return found
end

---@param name string
---@return turnlint.Command?
local function load(name)
  return vim.list_contains(names(), name) and require('turnlint.commands.' .. name) or nil
end

---Those words that begin with others.
---@param words string[]
---@param lead string
---@return string[]
local function beginning(words, lead)
  return vim.tbl_filter(function(word) return vim.startswith(word, lead) end, words)
end

---Carry out a call of `:Turnlint`.
---@param call vim.api.keyset.create_user_command.command_args
function M.run(call)
  local name, argument = call.args:match('^(%S+)%s*(.-)%s*$')
  local command = load(name)
  if not command then
    server.warn(('there is no command `%s`. There are %s.'):format(name, table.concat(names(), ', ')))
  elseif argument ~= '' and not command.complete then
    server.warn(('`:Turnlint %s` takes nothing after it.'):format(name))
  else
    command.run(argument)
  end
end

---Complete the word at the cursor of a command line, as `:command-completion-customlist` has it.
---@param lead string
---@param line string
---@param cursor integer 0-based, in bytes.
---@return string[]
function M.complete(lead, line, cursor)
  local name = line:sub(1, cursor):match('%f[%w]Turnlint!?%s+(%S+)%s')
  if not name then return beginning(names(), lead) end
  local command = load(name)
  return command and command.complete and beginning(command.complete(lead), lead) or {}
end

return M
