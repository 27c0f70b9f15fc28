-- nvim --headless -u NONE -l probe.lua RUNTIME FILE SERVER...
-- Opens a file with the turnlint configuration of RUNTIME, waits for diagnostics, edits, and prints a JSON report.
local buffer = dofile(vim.fs.joinpath(vim.fs.dirname(arg[0]), 'open.lua'))

local function shown()
  return vim.tbl_map(function(one)
    return { row = one.lnum, start = one.col, stop = one.end_col, severity = one.severity, code = one.code, source = one.source }
  end, vim.diagnostic.get(buffer))
end

local function wait_for(count)
  return vim.wait(15000, function() return #vim.diagnostic.get(buffer) == count end, 10)
end

local report = { filetype = vim.bo[buffer].filetype }
report.opened = wait_for(3)
report.before = shown()
report.encodings = vim.tbl_map(function(client) return client.offset_encoding end, vim.lsp.get_clients({ bufnr = buffer }))
vim.api.nvim_buf_set_lines(buffer, 0, 1, false, { '{"messages":[{"role":"user","content":"mended"},{"role":"assistant","content":"ok"}]}' })
report.edited = wait_for(2)
report.after = shown()
vim.lsp.enable('turnlint', false)
report.detached = vim.wait(5000, function() return #vim.lsp.get_clients() == 0 end, 10)
report.left = #vim.diagnostic.get(buffer)
io.stdout:write(vim.json.encode(report), '\n')
vim.cmd('qa!')
