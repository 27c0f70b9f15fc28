-- The row view: a window that shows the row under the cursor as a conversation, and follows the cursor.

local folds = require('turnlint.row.folds')
local highlights = require('turnlint.highlights')
local layout = require('turnlint.row.layout')
local options = require('turnlint.options')
local scratch = require('turnlint.scratch')
local server = require('turnlint.server')

local M = {}

local NAME = 'turnlint://row'
local REST = 60 -- milliseconds without another event before the server is asked
local NAMESPACE = vim.api.nvim_create_namespace('turnlint.row')
local CANCELLED = { [-32800] = true, [-32801] = true, [-32802] = true } -- errors that only say: ask again
local WINBAR = ' <CR> go  e edit  q close  %<]] [[ turns' -- what is cut first where the window is narrow comes last

---@class turnlint.View The row view while it is open. There is one.
---@field window integer
---@field buffer integer
---@field position turnlint.Position
---@field from integer The window whose cursor is followed.
---@field source integer The buffer in it.
---@field line integer The line of the row that is shown, 0-based.
---@field row? turnlint.Row What is shown, nil where that is no row.
---@field layout turnlint.Layout
---@field turn? integer The turn that the cursor of the source is in.
---@field timer uv.uv_timer_t
---@field asked? { client: vim.lsp.Client, request: integer }
---@field watched table<integer, true> Buffers whose changes are listened to.

local view ---@type turnlint.View?

-- Where it is on the screen ------------------------------------------------------------------------------------------

---@param size number
---@return vim.api.keyset.win_config
local function float(size)
  local width = math.floor(vim.o.columns * size)
  return {
    relative = 'editor',
    row = 1,
    col = vim.o.columns - width - 2,
    width = width,
    height = math.max(vim.o.lines - vim.o.cmdheight - 5, 1),
    border = 'rounded',
    title = ' turnlint ',
  }
end

---@param position turnlint.Position
---@param from integer
---@return vim.api.keyset.win_config
local function geometry(position, from)
  local size = options.get().row.size
  if position == 'float' then return float(size) end
  local is_beside = position == 'left' or position == 'right'
  local whole = is_beside and vim.api.nvim_win_get_width(from) or vim.api.nvim_win_get_height(from)
  return { split = position, win = from, [is_beside and 'width' or 'height'] = math.max(math.floor(whole * size), 1) }
end

---@param window integer
local function dress(window)
  scratch.prose(window)
  local own = vim.wo[window][0]
  own.foldmethod, own.foldenable, own.foldlevel, own.fillchars = 'manual', true, 0, 'fold: '
  own.foldtext = "v:lua.require'turnlint.row.folds'.text()"
  own.cursorline, own.winfixbuf, own.winfixwidth, own.winfixheight = true, true, true, true
  own.winbar = WINBAR
end

-- What it shows ------------------------------------------------------------------------------------------------------

---@param new turnlint.Layout
local function paint(new)
  assert(view)
  vim.api.nvim_buf_clear_namespace(view.buffer, NAMESPACE, 0, -1)
  for _, mark in ipairs(new.marks) do
    vim.api.nvim_buf_set_extmark(view.buffer, NAMESPACE, mark.line, mark.from, { end_col = mark.to, hl_group = mark.group })
  end
  for line, words in pairs(new.right) do
    local shown = { { words, 'TurnlintTokens' } }
    vim.api.nvim_buf_set_extmark(view.buffer, NAMESPACE, line, 0, { virt_text = shown, virt_text_pos = 'right_align' })
  end
end

---Show a row in the place of what is shown. Where it is the same row, folds and cursor stay as they are.
---@param row turnlint.Row?
---@param words string What is shown where there is none.
local function show(row, words)
  assert(view)
  local is_same = row and view.row and view.row.row == row.row and view.row.name == row.name
  if is_same and vim.deep_equal(row, view.row) then return end
  local new = row and layout.of_row(row, options.get().row.fold_lines) or layout.of_words(words)
  local open = is_same and folds.open_ones(view.window, view.layout.folds) or {}
  local cursor = vim.api.nvim_win_get_cursor(view.window)
  scratch.fill(view.buffer, new.lines)
  paint(new)
  folds.put(view.window, new.folds, open)
  local line = is_same and math.min(cursor[1], #new.lines) or 1
  vim.api.nvim_win_set_cursor(view.window, { line, is_same and cursor[2] or 0 })
  view.row, view.layout = row, new
  if not is_same then view.turn = nil end
end

---Whether a position lies in a range of one line or more.
---@param range lsp.Range
---@param line integer
---@param character integer
local function holds(range, line, character)
  local from, to = range.start, range['end']
  local begun = line > from.line or (line == from.line and character >= from.character)
  return begun and (line < to.line or (line == to.line and character < to.character))
end

---Go to the turn that the cursor of the source is in, when it enters it.
local function point()
  assert(view)
  local client = server.of(view.source)
  if not (view.row and client) or vim.api.nvim_get_current_win() ~= view.from then return end
  local line, column = unpack(vim.api.nvim_win_get_cursor(view.from))
  local character = column
  if client.offset_encoding ~= 'utf-8' then -- else a row of many MB is not looked through at each move
    local text = vim.api.nvim_buf_get_lines(view.source, line - 1, line, false)[1]
    character = vim.str_utfindex(text, client.offset_encoding, column, false)
  end
  for number, turn in ipairs(view.row.turns) do
    if holds(turn.range, line - 1, character) then
      if number ~= view.turn then vim.api.nvim_win_set_cursor(view.window, { view.layout.turns[number] + 1, 0 }) end
      view.turn = number
      return
    end
  end
end

-- What it follows ----------------------------------------------------------------------------------------------------

local function withdraw()
  local asked = view and view.asked
  if asked then asked.client:cancel_request(asked.request) end
  if view then view.asked = nil end
end

local function ask()
  if not view then return end
  withdraw()
  local client = server.of(view.source)
  if not vim.api.nvim_buf_is_loaded(view.source) then return show(nil, 'The file is not open any more.') end
  if not client then return show(nil, 'The server is not attached. :Turnlint restart starts it again.') end
  local asked = { client = client }
  local function is_late() return not view or view.asked ~= asked end
  view.asked = asked
  asked.request = server.ask(client, view.source, 'viewRow', { vim.uri_from_bufnr(view.source), view.line }, function(row)
    if is_late() then return end
    view.asked = nil
    show(row, ('Line %d is no row.'):format(view.line + 1))
    point()
  end, function(failure)
    if is_late() then return end
    view.asked = nil
    if not CANCELLED[failure.code] then show(nil, failure.message) end
  end)
end

---Ask the server when nothing has happened for a moment.
local function soon()
  if view then view.timer:start(REST, 0, vim.schedule_wrap(ask)) end
end

---Listen to the changes of a buffer, as long as it is followed.
---@param buffer integer
local function watch(buffer)
  local own = assert(view)
  if own.watched[buffer] then return end
  own.watched[buffer] = vim.api.nvim_buf_attach(buffer, false, {
    on_lines = function()
      if view == own and own.source == buffer then return soon() end
      own.watched[buffer] = nil
      return true
    end,
    on_reload = soon,
    on_detach = function() own.watched[buffer] = nil end,
  })
end

---Follow the cursor of the current window, where that shows rows.
local function follow()
  local window, buffer = vim.api.nvim_get_current_win(), vim.api.nvim_get_current_buf()
  if not view or window == view.window then return end
  if not server.of(buffer) then
    -- A new window shows the rows for a moment, before it gets its own buffer.
    if window == view.from then view.from = vim.fn.win_findbuf(view.source)[1] or window end
    return
  end
  local line = vim.api.nvim_win_get_cursor(window)[1] - 1
  local is_shown = buffer == view.source and line == view.line
  view.from, view.source, view.line = window, buffer, line
  watch(buffer)
  if is_shown then
    point()
  else
    soon()
  end
end

-- What can be done in it ---------------------------------------------------------------------------------------------

---What of the row is under the cursor of the view.
---@return turnlint.Place
local function here()
  assert(view)
  return view.layout.places[vim.api.nvim_win_get_cursor(view.window)[1] - 1] or {}
end

---Go to the place in the file of what is under the cursor.
local function go()
  local client = view and view.row and server.of(view.source)
  if not view or not client then return end
  local start = { line = view.line, character = 0 }
  local location = { uri = vim.uri_from_bufnr(view.source), range = here().range or { start = start, ['end'] = start } }
  if vim.api.nvim_win_is_valid(view.from) then vim.api.nvim_set_current_win(view.from) end
  vim.lsp.util.show_document(location, client.offset_encoding, { reuse_win = true, focus = true })
end

local function edit()
  if not view or not view.row then return end
  local place, row, source, line = here(), view.row, view.source, view.line
  local turn = place.turn and row.turns[place.turn]
  local title = ('%s row %d%s'):format(row.name, row.row, turn and turn.role and ' · ' .. turn.role or '')
  -- Over a float, which would cover a part of any other window.
  local floats = view.position == 'float' and vim.api.nvim_win_get_config(view.window)
  require('turnlint.row.edit').open(floats or { split = 'below', win = view.window }, source, line, place.part, title)
end

---Go to the turn after, or before, the one under the cursor.
---@param direction 1|-1
local function step(direction)
  assert(view)
  local at = vim.api.nvim_win_get_cursor(view.window)[1] - 1
  local turns = view.layout.turns
  local first, last = 1, #turns
  if direction < 0 then
    first, last = last, first
  end
  for number = first, last, direction do
    if (turns[number] - at) * direction > 0 then
      return vim.api.nvim_win_set_cursor(view.window, { turns[number] + 1, 0 })
    end
  end
end

---@param buffer integer
local function map(buffer)
  local keys = {
    ['<CR>'] = { go, 'Go to its place in the file' },
    e = { edit, 'Edit this text' },
    i = { edit, 'Edit this text' },
    [']]'] = { function() step(1) end, 'Next turn' },
    ['[['] = { function() step(-1) end, 'Previous turn' },
    q = { function() M.close() end, 'Close the row view' },
  }
  for key, what in pairs(keys) do
    vim.keymap.set('n', key, what[1], { buffer = buffer, nowait = true, desc = what[2] })
  end
end

-- Its life -----------------------------------------------------------------------------------------------------------

---Wipe a buffer, and close what shows it.
---@param buffer integer
local function wipe(buffer)
  if vim.api.nvim_buf_is_valid(buffer) then vim.api.nvim_buf_delete(buffer, { force = true }) end
end

---Close the row view, if it is open.
function M.close()
  local own = view
  if not own then return end
  withdraw()
  view = nil
  own.timer:close()
  vim.api.nvim_create_augroup('turnlint.row', {}) -- clears it
  if not vim.api.nvim_win_is_valid(own.window) then return end
  if pcall(vim.api.nvim_win_close, own.window, true) then return wipe(own.buffer) end
  -- The last window cannot be closed: it shows the file instead.
  vim.wo[own.window][0].winfixbuf = false
  vim.api.nvim_win_set_buf(own.window, vim.api.nvim_buf_is_valid(own.source) and own.source or vim.api.nvim_create_buf(true, false))
end

---@param event { event: string, buf: integer, match: string }
local function on_event(event)
  if not view then return end
  if event.event == 'QuitPre' then
    -- Before, so that `:quit` ends Neovim where the file has the only other window.
    local is_followed = vim.api.nvim_get_current_win() == view.from and event.buf == view.source
    if is_followed and not vim.bo.modified then M.close() end
  elseif event.event == 'WinClosed' then
    -- Later, when the cursor is in another window, which may show rows too.
    vim.schedule(function()
      local are_there = view and vim.api.nvim_win_is_valid(view.window) and vim.api.nvim_win_is_valid(view.from)
      if not are_there then M.close() end
    end)
  elseif event.event == 'VimResized' then
    if view.position == 'float' then vim.api.nvim_win_set_config(view.window, geometry('float', view.from)) end
  elseif event.event == 'DiagnosticChanged' or event.event == 'LspAttach' or event.event == 'LspDetach' then
    if event.buf == view.source then soon() end
  else
    follow()
  end
end

local EVENTS = {
  'CursorMoved',
  'CursorMovedI',
  'WinEnter',
  'BufEnter',
  'QuitPre',
  'WinClosed',
  'VimResized',
  'DiagnosticChanged',
  'LspAttach',
  'LspDetach',
}

---@param position turnlint.Position
---@param from integer
local function create(position, from)
  highlights.define()
  local buffer = scratch.buffer({})
  wipe(vim.fn.bufnr('^' .. NAME .. '$')) -- a session brings back an empty one
  vim.api.nvim_buf_set_name(buffer, NAME)
  map(buffer)
  local window = vim.api.nvim_open_win(buffer, false, geometry(position, from))
  dress(window)
  view = {
    window = window,
    buffer = buffer,
    position = position,
    from = from,
    source = vim.api.nvim_win_get_buf(from),
    line = -1,
    layout = layout.of_words(''),
    timer = assert(vim.uv.new_timer()),
    watched = {},
  }
  local group = vim.api.nvim_create_augroup('turnlint.row', {})
  vim.api.nvim_create_autocmd(EVENTS, { group = group, callback = on_event })
end

---Show the row under the cursor; go to the row view where it shows that already.
---@param position? string Where: one of `turnlint.Position`. By default where the options say, or where it is.
function M.open(position)
  if position and not vim.list_contains(options.POSITIONS, position) then
    return server.warn(('the row view opens %s; not `%s`.'):format(table.concat(options.POSITIONS, ', '), position))
  end
  if view and view.window == vim.api.nvim_get_current_win() then return end
  if not server.attached() then return end
  local is_there = view and vim.api.nvim_win_get_tabpage(view.window) == vim.api.nvim_get_current_tabpage()
  if view and is_there and (not position or position == view.position) then
    follow()
    return vim.api.nvim_set_current_win(view.window)
  end
  M.close()
  create(position or options.get().row.position, vim.api.nvim_get_current_win())
  follow()
end

---The server knows more of rows than it did.
function M.refresh() soon() end

return M
