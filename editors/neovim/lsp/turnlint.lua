-- Neovim finds this file by itself: `vim.lsp.enable('turnlint')` is all it takes.

local COMPARE_ROWS = 'turnlint.compareRows'

---@type vim.lsp.Config
return {
  cmd = { 'turnlint', 'server' },
  filetypes = { 'jsonl', 'ndjson' },
  root_markers = { 'turnlint.toml', '.turnlint.toml', 'pyproject.toml', '.git' },
  commands = {
    [COMPARE_ROWS] = function(...) require('turnlint.compare')(...) end,
  },
  handlers = {
    ['turnlint/rowRefresh'] = function() require('turnlint.row').refresh() end,
    ['turnlint/descriptionRefresh'] = function(_, _, context) require('turnlint.status').refresh(context.client_id) end,
  },
  capabilities = { experimental = { commands = { commands = { COMPARE_ROWS } } } },
}
