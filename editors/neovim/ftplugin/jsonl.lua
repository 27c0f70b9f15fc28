-- A row is one long line: what it takes to read it, and to keep it one line while it is typed.

if vim.b.did_ftplugin then return end
vim.b.did_ftplugin = 1

-- Rows are data of others: none of them sets an option.
vim.opt_local.modeline = false
vim.b.undo_ftplugin = 'setlocal modeline<'

if not require('turnlint.options').get().long_rows then return end

local OPTIONS = {
  wrap = true,
  linebreak = true, -- between words, as far as a row has any
  breakindent = false, -- rows have no indent, and looking for it at each redraw is slow
  smoothscroll = true, -- a row can be higher than the window
  conceallevel = 0, -- quotes and escapes are what is looked at
  textwidth = 0, -- a line that is broken is a row that is broken
  wrapmargin = 0,
  synmaxcol = 1000, -- colours beyond cost time at each redraw
}

for name, value in pairs(OPTIONS) do
  vim.opt_local[name] = value
end
vim.opt_local.formatoptions:remove({ 't', 'c', 'a' })

vim.b.undo_ftplugin = ('%s formatoptions< %s<'):format(vim.b.undo_ftplugin, table.concat(vim.tbl_keys(OPTIONS), '< '))
