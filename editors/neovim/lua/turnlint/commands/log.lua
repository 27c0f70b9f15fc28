-- Opens the log, where Neovim keeps what servers say.

local server = require('turnlint.server')

---@type turnlint.Command
return {
  run = function()
    local path = vim.lsp.log.get_filename()
    if not vim.uv.fs_stat(path) then return server.tell(('nothing has been logged yet (%s).'):format(path)) end
    local modeline = vim.go.modeline
    vim.go.modeline = false -- rows could be quoted in it
    vim.cmd('tab sview ' .. vim.fn.fnameescape(path))
    vim.go.modeline = modeline
    vim.bo.modeline = false
    vim.cmd('normal! G')
    vim.fn.search('turnlint', 'bcW')
  end,
}
