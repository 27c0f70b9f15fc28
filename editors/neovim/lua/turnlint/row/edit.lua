-- A text of a row in a buffer of its own, which `:w` writes back into the row.

local scratch = require('turnlint.scratch')
local server = require('turnlint.server')

local M = {}

---@class turnlint.Edited A text that is being edited.
---@field source integer The buffer of the row.
---@field mark integer What keeps the place of the row while others come and go above it.
---@field pointer string
---@field row string The row as this text saw it last.
---@field before string The text as the row has it.
---@field name string Of the buffer.

local NAMESPACE = vim.api.nvim_create_namespace('turnlint.edit')

local edited = {} ---@type table<integer, turnlint.Edited> By the buffer of the text.
local leaving = false -- whether Neovim is about to end, and no key has come since

---Mark a row: a mark that moves with the line, and is invalid once the line is deleted.
---@param source integer
---@param line integer 0-based.
---@return integer mark
local function mark(source, line)
  local length = #vim.api.nvim_buf_get_lines(source, line, line + 1, false)[1]
  return vim.api.nvim_buf_set_extmark(source, NAMESPACE, line, 0, { end_col = length, invalidate = true })
end

---The line of the row now, 0-based; nil where the row is gone: another one may hold the same text at the same place.
---@param one turnlint.Edited
---@return integer?
local function line_of(one)
  local line, _, details = unpack(vim.api.nvim_buf_get_extmark_by_id(one.source, NAMESPACE, one.mark, { details = true }))
  return line and not details.invalid and line or nil
end

---@param source integer
---@param line integer? 0-based.
---@return string? row
local function row_at(source, line) return line and vim.api.nvim_buf_get_lines(source, line, line + 1, false)[1] end

---@param buffer integer
---@param text string
local function fill(buffer, text)
  local levels = vim.bo[buffer].undolevels
  vim.bo[buffer].undolevels = -1 -- the text that it begins with cannot be undone
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, vim.split(text, '\n', { plain = true }))
  vim.bo[buffer].undolevels = levels
  vim.bo[buffer].modified = false
end

---Write a text into its row.
---@param one turnlint.Edited
---@param after string
---@return string? failure Why it was not written.
local function write(one, after)
  if not vim.api.nvim_buf_is_loaded(one.source) then return 'The file is not open any more.' end
  local client = server.of(one.source)
  if not client then return 'No server is attached to the file; `:Turnlint restart` starts one.' end
  if not vim.bo[one.source].modifiable then return 'The buffer of the file is not modifiable.' end
  local line = line_of(one)
  if not line then return 'The row is not in the file any more.' end
  local tick = vim.api.nvim_buf_get_changedtick(one.source)
  local arguments = { vim.uri_from_bufnr(one.source), line, one.pointer, one.before, after }
  local _, failure = server.ask_and_wait(client, one.source, 'editText', arguments)
  if failure then return failure end
  -- Neovim skips an edit that comes too late, and tells the server that it took it.
  if vim.api.nvim_buf_get_changedtick(one.source) == tick then return 'The row has changed meanwhile. Write again.' end
  one.row = assert(row_at(one.source, line))
end

---Save a file.
---@param source integer
---@return string? failure Why it was not saved.
local function save(source)
  local ok, reason = pcall(vim.api.nvim_buf_call, source, function() vim.cmd('silent update') end)
  return not ok and ('The file was not saved: %s.'):format(reason) or nil
end

---@param call { buf: integer, match: string }
local function on_write(call)
  local one = edited[call.buf]
  if call.match ~= one.name then return server.warn('this is a text of a row; write it by `:w` alone.') end
  local after = table.concat(vim.api.nvim_buf_get_lines(call.buf, 0, -1, false), '\n')
  local failure = after ~= one.before and write(one, after)
  if not failure then
    one.before = after
    vim.bo[call.buf].modified = false
    -- `:wqall` saves the file before it writes the text, and ends whatever the file is by then.
    failure = leaving and save(one.source)
  end
  if not failure then return end
  server.warn(failure .. ' Your text is kept here.')
  if leaving then pcall(vim.fn.interrupt) end -- nothing else keeps `:wqall` from ending Neovim
end

local function on_leave()
  leaving = true
  vim.on_key(function(_, typed)
    if typed == '' then return end -- by `:normal`, as the row view does it
    leaving = false
    vim.on_key(nil, NAMESPACE)
  end, NAMESPACE)
end

---Forget the rows of a file that are other ones after it was read again: marks stay where they were.
---@param call { buf: integer }
local function on_reread(call)
  for _, one in pairs(edited) do
    if one.source == call.buf and row_at(one.source, line_of(one)) ~= one.row then
      vim.api.nvim_buf_del_extmark(one.source, NAMESPACE, one.mark)
    end
  end
end

local group = vim.api.nvim_create_augroup('turnlint.edit', {})
vim.api.nvim_create_autocmd('ExitPre', { group = group, callback = on_leave })
vim.api.nvim_create_autocmd('BufReadPost', { group = group, callback = on_reread })

---@param call { buf: integer }
local function on_wipe(call)
  local one = edited[call.buf]
  edited[call.buf] = nil
  if one and vim.api.nvim_buf_is_valid(one.source) then vim.api.nvim_buf_del_extmark(one.source, NAMESPACE, one.mark) end
end

---A buffer that is written to the row in place of a file. No name of the row's is in that of the buffer.
---@param one turnlint.Edited
---@return integer buffer
local function create(one)
  local buffer = vim.api.nvim_create_buf(false, false)
  vim.api.nvim_buf_set_name(buffer, one.name)
  local options = vim.bo[buffer]
  options.buftype, options.bufhidden = 'acwrite', 'wipe'
  options.swapfile, options.undofile, options.modeline = false, false, false
  options.textwidth, options.wrapmargin, options.fileformat = 0, 0, 'unix'
  edited[buffer] = one
  fill(buffer, one.before)
  local events = {
    BufWriteCmd = on_write,
    BufReadCmd = function() fill(buffer, one.before) end,
    BufWipeout = on_wipe,
  }
  for event, callback in pairs(events) do
    vim.api.nvim_create_autocmd(event, { buffer = buffer, callback = function(call) callback(call) end })
  end
  return buffer
end

---A name that no buffer has: sessions bring back those of windows that are gone.
---@return string
local function free_name()
  local number = 1
  while vim.fn.bufexists(('turnlint://text/%d'):format(number)) == 1 do
    number = number + 1
  end
  return ('turnlint://text/%d'):format(number)
end

---The buffer in which a text is being edited.
---@return integer?
local function opened(source, line, pointer)
  for buffer, one in pairs(edited) do
    if one.source == source and one.pointer == pointer and line_of(one) == line then return buffer end
  end
end

---Why a part of a turn cannot be edited as text; nil where it can.
---@param part turnlint.Part?
---@return string?
local function refusal(part)
  if not part then return 'no text of a turn is under the cursor.' end
  if part.omitted > 0 then return 'this text is too long to be edited here. <CR> goes to its place in the file.' end
  if not part.pointer then return 'this is no text that can be edited here. <CR> goes to its place in the file.' end
end

---Open a text of a row for editing.
---@param place vim.api.keyset.win_config Where its window opens.
---@param source integer The buffer of the row.
---@param line integer The line of the row, 0-based.
---@param part turnlint.Part?
---@param title string
function M.open(place, source, line, part, title)
  local why = refusal(part)
  if not part or why then return server.warn(why or '') end
  local buffer = opened(source, line, part.pointer)
  if buffer then return vim.api.nvim_set_current_win(vim.fn.win_findbuf(buffer)[1]) end
  buffer = create({
    source = source,
    mark = mark(source, line),
    row = assert(row_at(source, line)),
    pointer = assert(part.pointer),
    before = part.text,
    name = free_name(),
  })
  local shown = vim.api.nvim_open_win(buffer, true, place)
  scratch.prose(shown)
  vim.wo[shown][0].winbar = scratch.literal((' %s   :w writes it into the row'):format(title))
end

return M
