-- The server as the rest of the plugin sees it: which client there is, what it is asked, what users are told.

local M = {}

M.NAME = 'turnlint'

local EXECUTE = 'workspace/executeCommand'
local PATIENCE = 30000 -- milliseconds that an answer may take for which somebody waits

local INSTALL = 'Install turnlint, for example by `pipx install` or `pip install`, so that `turnlint version` works in a terminal; '
  .. "or name the program: vim.lsp.config('turnlint', { cmd = { '/path/to/turnlint', 'server' } })"

---Tell the user something, in one voice.
---@param words string
---@param level? vim.log.levels
function M.tell(words, level) vim.notify('turnlint: ' .. words, level or vim.log.levels.INFO) end

---Tell the user why something did not happen.
---@param words string
function M.warn(words) M.tell(words, vim.log.levels.WARN) end

---The client of a buffer, nil where none is attached.
---@param buffer integer
---@return vim.lsp.Client?
function M.of(buffer) return vim.lsp.get_clients({ name = M.NAME, bufnr = buffer })[1] end

---The client of the current buffer, else of any.
---@return vim.lsp.Client?
function M.any() return M.of(0) or vim.lsp.get_clients({ name = M.NAME })[1] end

---The client of a buffer. The user is told where it has none.
---@param buffer? integer The current one by default.
---@return vim.lsp.Client?
function M.attached(buffer)
  local client = M.of(buffer or 0)
  if not client then
    local is_jsonl = vim.list_contains({ 'jsonl', 'ndjson' }, vim.bo[buffer or 0].filetype)
    local starts = 'It may still be starting; if it has ended, `:Turnlint restart` starts it again'
    local step = is_jsonl and starts or 'Open a .jsonl or .ndjson file'
    M.warn(('no server is attached to this buffer. %s; `:checkhealth turnlint` says what is missing.'):format(step))
  end
  return client
end

---The command that starts the server, as it is configured.
---@return string[]|fun(...): any
function M.cmd() return (vim.lsp.config[M.NAME] or {}).cmd or { 'turnlint', 'server' } end

---Whether Neovim starts the server for files of its types.
---@return boolean
function M.is_enabled() return vim.lsp.is_enabled ~= nil and vim.lsp.is_enabled(M.NAME) end

---What is missing to start the server, in words; nil where nothing is.
---@return string?
function M.missing()
  local program = M.cmd()
  program = type(program) == 'table' and program[1] or nil
  if not program or vim.fn.executable(program) == 1 then return nil end
  return ('there is no program `%s`. %s'):format(program, INSTALL)
end

---@class turnlint.Failure An error as the server sends it.
---@field message string A sentence for the user.

---@param command string Its name without `turnlint.`.
---@param arguments any[]
local function execute(command, arguments)
  return { command = 'turnlint.' .. command, arguments = #arguments > 0 and arguments or nil }
end

---An answer without null: Neovim 0.11 leaves it out by itself, later versions do not.
---@param value any
---@return any
local function without_null(value)
  if value == vim.NIL then return nil end
  if type(value) ~= 'table' then return value end
  for key, inner in pairs(value) do
    value[key] = without_null(inner)
  end
  return value
end

---Have the server carry out a command.
---@param client vim.lsp.Client
---@param buffer integer Its changes reach the server before.
---@param command string Its name without `turnlint.`.
---@param arguments any[]
---@param done fun(result: any) Called with the answer, nil in place of null.
---@param failed? fun(failure: turnlint.Failure) Called in its place with an error; the user is told it by default.
---@return integer? request Its id, nil where the server has ended.
function M.ask(client, buffer, command, arguments, done, failed)
  local _, request = client:request(EXECUTE, execute(command, arguments), function(failure, result)
    if not failure then
      done(without_null(result))
    elseif failed then
      failed(failure)
    else
      M.warn(failure.message)
    end
  end, buffer)
  return request
end

---Have the server carry out a command, and wait for the answer.
---@param client vim.lsp.Client
---@param buffer integer Its changes reach the server before.
---@param command string Its name without `turnlint.`.
---@param arguments any[]
---@return any result nil in place of null and where it failed.
---@return string? failure Why it failed, in words.
function M.ask_and_wait(client, buffer, command, arguments)
  local answer, reason = client:request_sync(EXECUTE, execute(command, arguments), PATIENCE, buffer)
  if not answer then
    return nil, ('the server does not answer (%s). `:Turnlint restart` starts another.'):format(reason or 'it has ended')
  end
  if answer.err then return nil, answer.err.message end
  return without_null(answer.result)
end

return M
