-- Gives Neovim the command :Turnlint, and says when the program is missing. It starts nothing: `vim.lsp.enable('turnlint')`
-- or `require('turnlint').setup()` does.

if vim.g.loaded_turnlint then return end
vim.g.loaded_turnlint = true

vim.api.nvim_create_user_command('Turnlint', function(call) require('turnlint.command').run(call) end, {
  nargs = '+',
  desc = 'Check the JSONL files that language models are fine-tuned on',
  complete = function(...) return require('turnlint.command').complete(...) end,
})

-- Neovim itself writes only into its log that there is no such program.
vim.api.nvim_create_autocmd('FileType', {
  group = vim.api.nvim_create_augroup('turnlint', {}),
  pattern = { 'jsonl', 'ndjson' },
  callback = function()
    local server = require('turnlint.server')
    local missing = server.is_enabled() and server.missing()
    if missing then vim.notify_once('turnlint: ' .. missing, vim.log.levels.WARN) end
  end,
})
