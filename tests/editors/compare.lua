-- nvim --headless -u NONE -l compare.lua RUNTIME FILE SERVER...
-- Opens a file whose last row repeats another, takes the action that compares them, and prints what is shown as JSON.
local buffer = dofile(vim.fs.joinpath(vim.fs.dirname(arg[0]), 'open.lua'))
local last = vim.api.nvim_buf_line_count(buffer)
local report = {}

report.found = vim.wait(15000, function() return #vim.diagnostic.get(buffer, { lnum = last - 1 }) > 0 end, 10)
vim.api.nvim_win_set_cursor(0, { last, 0 })
vim.lsp.buf.code_action({
  apply = true,
  filter = function(action) return vim.startswith(action.title, 'Compare with') end,
})
report.shown = vim.wait(15000, function() return #vim.api.nvim_list_tabpages() == 2 end, 10)
report.windows = vim.tbl_map(function(window)
  local shown = vim.api.nvim_win_get_buf(window)
  return {
    name = vim.wo[window].winbar,
    diff = vim.wo[window].diff,
    wrap = vim.wo[window].wrap,
    filetype = vim.bo[shown].filetype,
    kind = vim.bo[shown].buftype,
    modifiable = vim.bo[shown].modifiable,
    lines = vim.api.nvim_buf_get_lines(shown, 0, -1, true),
  }
end, vim.api.nvim_tabpage_list_wins(0))
vim.cmd.tabclose()
report.left = #vim.tbl_filter(function(one) return vim.bo[one].buftype == 'nofile' end, vim.api.nvim_list_bufs())
report.back = vim.api.nvim_get_current_buf() == buffer

-- An action that is out of date says so, and opens nothing.
local told
vim.notify = function(words) told = words end
local client = vim.lsp.get_clients({ bufnr = buffer })[1]
client:exec_cmd({
  title = '',
  command = 'turnlint.compareRows',
  arguments = { vim.uri_from_bufnr(buffer), 0, 'no-such-rule' },
}, { bufnr = buffer })
vim.wait(15000, function() return told ~= nil end, 10)
report.told = told
report.tabs = #vim.api.nvim_list_tabpages()

vim.lsp.enable('turnlint', false)
vim.wait(5000, function() return #vim.lsp.get_clients() == 0 end, 10)
io.stdout:write(vim.json.encode(report), '\n')
vim.cmd('qa!')
