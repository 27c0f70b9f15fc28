-- What a statusline says of a buffer. It is asked at each redraw, the server only when something has changed.

local server = require('turnlint.server')

local M = {}

local SEVERITIES = { 'error', 'warning', 'info', 'hint' }

---@class turnlint.Told
---@field text string
---@field asking? boolean The server has been asked,
---@field again? boolean and something has changed since.

local told = {} ---@type table<integer, turnlint.Told> By buffer, of those that a statusline has shown.

---@param described table What `turnlint.describeFile` answers.
---@return string
local function compose(described)
  if not described.jsonl then return 'not JSONL' end
  local problems = {}
  for _, severity in ipairs(SEVERITIES) do
    local count = described.counts[severity]
    local noun = (count == 1 or severity == 'info') and severity or severity .. 's'
    if count > 0 then table.insert(problems, ('%d %s'):format(count, noun)) end
  end
  local found = #problems > 0 and table.concat(problems, ', ') or 'no problems'
  local target = described.assumed and described.targetTitle or described.target
  -- Without `%`, for some statuslines evaluate what they are given.
  return (target .. ' · ' .. (described.settled and found or 'judging…')):gsub('[%%%c]', '')
end

---@param buffer integer
---@param text string
local function put(buffer, text)
  local entry = told[buffer]
  if not entry or entry.text == text then return end
  entry.text = text
  vim.cmd.redrawstatus({ bang = true })
end

---Ask the server about a buffer, one request at a time.
---@param buffer integer
local function ask(buffer)
  local entry = told[buffer]
  if not entry or not vim.api.nvim_buf_is_valid(buffer) then return end
  local client = server.of(buffer)
  if not client then return put(buffer, '') end
  entry.again = entry.asking
  if entry.asking then return end
  local function done(described)
    entry.asking = false
    put(buffer, described and compose(described) or '')
    if entry.again then ask(buffer) end
  end
  entry.asking = true
  server.ask(client, buffer, 'describeFile', { vim.uri_from_bufnr(buffer) }, done, function() done(nil) end)
end

---Ask again about all buffers of a client that a statusline has shown.
---@param client_id integer
function M.refresh(client_id)
  for buffer in pairs(told) do
    if vim.lsp.buf_is_attached(buffer, client_id) then ask(buffer) end
  end
end

local function watch()
  local group = vim.api.nvim_create_augroup('turnlint.status', {})
  vim.api.nvim_create_autocmd({ 'DiagnosticChanged', 'LspAttach' }, { group = group, callback = function(event) ask(event.buf) end })
  vim.api.nvim_create_autocmd('LspDetach', {
    group = group,
    callback = function(event)
      if told[event.buf] then told[event.buf].asking = false end
      vim.schedule(function() ask(event.buf) end)
    end,
  })
  vim.api.nvim_create_autocmd('BufWipeout', { group = group, callback = function(event) told[event.buf] = nil end })
end

---What is known of a buffer; empty where the server knows nothing of it.
---@param buffer? integer The current one by default.
---@return string
function M.text(buffer)
  buffer = buffer and buffer ~= 0 and buffer or vim.api.nvim_get_current_buf()
  if not told[buffer] then
    if not next(told) then watch() end
    told[buffer] = { text = '' }
    vim.schedule(function() ask(buffer) end)
  end
  return told[buffer].text
end

return M
