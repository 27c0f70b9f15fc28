-- Opens FILE with the configuration of RUNTIME and a server, as `SCRIPT RUNTIME FILE SERVER...` names them; gives the buffer.
local runtime, file = arg[1], arg[2]
local server = vim.list_slice(arg, 3)

vim.opt.runtimepath:append(runtime)
vim.cmd('filetype on') -- `-l` leaves it off
vim.lsp.config('turnlint', { cmd = server })
vim.lsp.enable('turnlint')
vim.cmd.edit(vim.fn.fnameescape(file))
return vim.api.nvim_get_current_buf()
