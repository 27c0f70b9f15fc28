-- Neovim knows *.jsonl; *.ndjson is the same thing under another name.
vim.filetype.add({ extension = { ndjson = 'jsonl' } })
