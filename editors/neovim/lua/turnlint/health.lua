-- `:checkhealth turnlint`: what is there, what is missing, and what to do about it.

local options = require('turnlint.options')
local scratch = require('turnlint.scratch')
local server = require('turnlint.server')

local M = {}

local health = vim.health
local PATIENCE = 10000 -- milliseconds: Python on a cold disk is slow

---Words that come from outside, on one line.
---@param words string
local function plain(words) return (scratch.visible(words):gsub('%c', ' ')) end

local function check_neovim()
  health.start('turnlint: Neovim')
  local version = tostring(vim.version())
  if vim.fn.has('nvim-0.11') == 1 then
    health.ok('Neovim ' .. version)
  else
    health.error(('Neovim %s is too old'):format(version), { 'Install Neovim 0.11 or later' })
  end
  if vim.filetype.match({ filename = 'rows.ndjson' }) == 'jsonl' then
    health.ok('`.jsonl` and `.ndjson` files are of the type `jsonl`')
  else
    health.warn('`.ndjson` files are not of the type `jsonl`', { "vim.filetype.add({ extension = { ndjson = 'jsonl' } })" })
  end
  local faults = vim.g.turnlint ~= nil and options.faults(vim.g.turnlint) or {}
  for _, fault in ipairs(faults) do
    health.error('`vim.g.turnlint`: ' .. plain(fault), { '`:help turnlint-options` lists the options; until then the defaults hold' })
  end
end

---What a program says to a call; nil and why where it fails.
---@param command string[]
---@return string? output
---@return string? failure
local function output_of(command)
  local ok, process = pcall(vim.system, command, { text = true })
  if not ok then return nil, process --[[@as string]] end
  local done = process:wait(PATIENCE)
  if done.code == 0 then return vim.trim(done.stdout) end
  return nil, vim.trim(done.stderr ~= '' and done.stderr or ('it ended with %d'):format(done.code))
end

local function check_program()
  health.start('turnlint: the program')
  local command, missing = server.cmd(), server.missing()
  if missing then return health.error(missing) end
  if type(command) ~= 'table' then return health.info('The server is started by a function') end
  health.info(('Command: `%s`'):format(plain(table.concat(command, ' '))))
  health.info(('Program: %s'):format(plain(vim.fn.exepath(command[1]))))
  if command[#command] ~= 'server' then
    return health.warn('The command does not end with `server`', { "cmd = { 'turnlint', 'server' }" })
  end
  local words = vim.list_slice(command, 1, #command - 1) -- the last one is `server`
  local version, failure = output_of(vim.list_extend(words, { 'version' }))
  if not version then
    local advice = 'Run `turnlint version` in a terminal, and install turnlint again if that fails'
    return health.error('The program does not run: ' .. plain(failure or ''), { advice })
  end
  health.ok(plain(version))
  local _, refusal = output_of(vim.list_extend(vim.deepcopy(command), { '--help' }))
  if refusal then health.error('The program has no server: ' .. plain(refusal), { 'Install the latest turnlint' }) end
end

---@param client vim.lsp.Client
local function report(client)
  local version = vim.tbl_get(client, 'server_info', 'version') or 'unknown'
  health.ok(('Server %s of version %s, id %d'):format(client.name, plain(version), client.id))
  health.info('Root: ' .. plain(client.root_dir or 'none'))
  health.info('Positions are counted in ' .. client.offset_encoding)
  local settings = { init_options = client.config.init_options, settings = client.settings }
  health.info('Settings of the editor: ' .. plain(vim.inspect(settings, { newline = ' ', indent = '' })))
  for _, buffer in ipairs(vim.tbl_keys(client.attached_buffers)) do
    local described = server.ask_and_wait(client, buffer, 'describeFile', { vim.uri_from_bufnr(buffer) })
    local file = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buffer), ':~:.')
    health.info(plain(('Buffer %d, %s: %s'):format(buffer, file, described and described.summary or 'unknown to the server')))
    if described then health.info(plain('  Settings file: ' .. (described.settings or 'none; `turnlint init` writes one'))) end
  end
end

local function check_server()
  health.start('turnlint: the server')
  local clients = vim.lsp.get_clients({ name = server.NAME })
  for _, client in ipairs(clients) do
    report(client)
  end
  if #clients > 0 then return end
  if server.is_enabled() then
    local after_crash = '`:Turnlint restart` starts it after a crash; `:Turnlint log` says what happened'
    health.warn('No server is running', { 'Open a .jsonl or .ndjson file', after_crash })
  else
    health.error('turnlint is not enabled', { "Add `vim.lsp.enable('turnlint')` to init.lua, or `require('turnlint').setup()`" })
  end
end

---Report all of it.
function M.check()
  check_neovim()
  check_program()
  check_server()
end

return M
