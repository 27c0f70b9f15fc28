-- Buffers for text that comes from rows, which is hostile: nothing in it is ever run, evaluated, or taken for a setting.

local M = {}

-- Code points that Neovim shows as nothing, or as an end of line. Control characters and marks that reorder text it shows itself.
local UNSEEN = { { 0xAD, 0xAD }, { 0x2028, 0x2029 }, { 0x3164, 0x3164 }, { 0xE0000, 0xE0FFF } }

---@param code integer
local function is_unseen(code)
  return vim.iter(UNSEEN):any(function(range) return range[1] <= code and code <= range[2] end)
end

---Write out the characters of a text that nobody would see.
---@param text string
---@return string
function M.visible(text)
  -- Lead bytes of UTF-8; all others pass without a look.
  return (text:gsub('[\xC2\xE2\xE3\xF3][\x80-\xBF]+', function(character)
    local code = vim.fn.char2nr(character)
    return is_unseen(code) and ('<U+%04X>'):format(code) or nil
  end))
end

---The lines of a text, for a buffer that is read.
---@param text string
---@return string[]
function M.lines(text) return vim.split(M.visible(text), '\n', { plain = true }) end

---A buffer without a file, gone when it is shown no more. It has no file type, so that nothing sets anything up for it.
---@param lines string[]
---@return integer buffer
function M.buffer(lines)
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.bo[buffer].bufhidden = 'wipe'
  vim.bo[buffer].modeline = false
  vim.bo[buffer].undolevels = -1
  M.fill(buffer, lines)
  return buffer
end

---Put lines in the place of those of a buffer that is only read.
---@param buffer integer
---@param lines string[]
function M.fill(buffer, lines)
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modifiable = false
end

---Words as a statusline, winbar or tabline shows them, evaluating nothing.
---@param words string
---@return string
function M.literal(words) return (M.visible(words):gsub('%c', ' '):gsub('%%', '%%%%')) end

---Window options in which prose is read.
---@param window integer
function M.prose(window)
  local options = vim.wo[window][0]
  options.wrap, options.linebreak, options.breakindent, options.smoothscroll = true, true, true, true
  options.number, options.relativenumber, options.list, options.spell = false, false, false, false
  options.signcolumn, options.foldcolumn, options.colorcolumn, options.conceallevel = 'no', '0', '', 0
end

---Show a text of the server in a window of its own, which `q` closes.
---@param text string
---@param title string
function M.show(text, title)
  vim.cmd('botright new')
  vim.bo.bufhidden = 'wipe'
  local buffer = M.buffer(M.lines(text))
  vim.api.nvim_win_set_buf(0, buffer)
  M.prose(0)
  vim.wo[0][0].winbar = M.literal(title)
  vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = buffer, nowait = true, desc = 'Close' })
end

return M
