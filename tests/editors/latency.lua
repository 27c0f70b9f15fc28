-- nvim --headless -u NONE -l latency.lua RUNTIME FILE EDITS SERVER...
-- Types into the file with no delay of the client's own, and prints how long the diagnostics of each edit took.
local runtime, file, edits = arg[1], arg[2], tonumber(arg[3])
local server = vim.list_slice(arg, 4)
local PATIENCE = 60000

local came, shown -- when the last diagnostics came, and when they were there for the user, in nanoseconds
local publish = 'textDocument/publishDiagnostics'
local take = vim.lsp.handlers[publish]

vim.opt.runtimepath:append(runtime)
vim.cmd('filetype on') -- `-l` leaves it off
vim.lsp.config('turnlint', {
  cmd = server,
  flags = { debounce_text_changes = 0 },
  handlers = {
    [publish] = function(...)
      came = vim.uv.hrtime()
      return take(...)
    end,
  },
})
vim.lsp.enable('turnlint')
vim.api.nvim_create_autocmd('DiagnosticChanged', { callback = function() shown = vim.uv.hrtime() end })

-- The milliseconds from an act to the message that follows, and to what is shown of it.
local function wait_for(act)
  local start = vim.uv.hrtime()
  shown = nil
  act()
  assert(vim.wait(PATIENCE, function() return shown ~= nil end, 1), 'no diagnostics came')
  return { came = (came - start) / 1e6, shown = (shown - start) / 1e6 }
end

local report = { opened = wait_for(function() vim.cmd.edit(vim.fn.fnameescape(file)) end) }
local buffer = vim.api.nvim_get_current_buf()
local rows = vim.api.nvim_buf_line_count(buffer)
math.randomseed(7)

-- Break a row in the middle of a word, and mend it again: each is an edit whose diagnostics differ from the last.
local function toggle(inserted)
  local row = math.random(0, rows - 1)
  local line = vim.api.nvim_buf_get_lines(buffer, row, row + 1, true)[1]
  local column = line:find('%l%l', math.floor(#line / 2))
  local last, stop = row, column + 1
  if #inserted == 2 then last, stop = row + 1, 0 end
  return wait_for(function() vim.api.nvim_buf_set_text(buffer, row, column, row, column, inserted) end),
    wait_for(function() vim.api.nvim_buf_set_text(buffer, row, column, last, stop, { '' }) end)
end

local function run(inserted, count)
  local took = {}
  for _ = 1, count / 2 do
    vim.list_extend(took, { toggle(inserted) })
  end
  return took
end

run({ '"' }, 20)
vim.wait(2000, function() return false end) -- what is done once after the opening
report.character = run({ '"' }, edits)
report.newline = run({ '', '' }, edits)
report.left = #vim.diagnostic.get(buffer)
vim.lsp.enable('turnlint', false)
vim.wait(5000, function() return #vim.lsp.get_clients() == 0 end, 10)
io.stdout:write(vim.json.encode(report), '\n')
vim.cmd('qa!')
