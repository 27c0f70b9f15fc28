-- Neovim 0.11 and later find this file by themselves: `vim.lsp.enable('turnlint')` is all it takes.

local COMPARE_ROWS = 'turnlint.compareRows'

-- A buffer with a row as the server lays it out. It is no file, and gone when it is shown no more.
local function scratch(row)
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.bo[buffer].bufhidden = 'wipe'
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, vim.split(row.text, '\n', { plain = true }))
  vim.bo[buffer].modifiable = false
  return buffer
end

-- Shows a buffer in the current window, under a name that says which row it is.
local function show(buffer, row)
  vim.api.nvim_win_set_buf(0, buffer)
  vim.wo[0][0].winbar = row.name:gsub('%%', '%%%%')
  vim.cmd.diffthis()
  vim.wo[0][0].wrap = true
end

-- Asks the server for a row and the one that it is compared with, and shows them beside each other in a new tab.
local function compare_rows(command, context)
  local client = assert(vim.lsp.get_client_by_id(context.client_id))
  local asked = { command = COMPARE_ROWS, arguments = command.arguments }
  client:request('workspace/executeCommand', asked, function(failure, rows)
    if failure then
      vim.notify('turnlint: ' .. failure.message, vim.log.levels.WARN)
      return
    end
    vim.cmd.tabnew()
    vim.bo.bufhidden = 'wipe'
    show(scratch(rows.left), rows.left)
    vim.cmd('rightbelow vsplit')
    show(scratch(rows.right), rows.right)
  end, context.bufnr)
end

return {
  cmd = { 'turnlint', 'server' },
  filetypes = { 'jsonl', 'ndjson' },
  root_markers = { 'turnlint.toml', '.turnlint.toml', 'pyproject.toml', '.git' },
  commands = { [COMPARE_ROWS] = compare_rows },
  capabilities = { experimental = { commands = { commands = { COMPARE_ROWS } } } },
}
