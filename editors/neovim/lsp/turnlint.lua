-- Neovim 0.11 and later find this file by themselves: `vim.lsp.enable('turnlint')` is all it takes.
return {
  cmd = { 'turnlint', 'server' },
  filetypes = { 'jsonl', 'ndjson' },
  root_markers = { 'turnlint.toml', '.turnlint.toml', 'pyproject.toml', '.git' },
}
