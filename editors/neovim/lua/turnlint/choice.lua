-- Settings that are chosen from a list, for all documents of a client until Neovim ends.

local server = require('turnlint.server')

local M = {}

---@class turnlint.Choice
---@field name string As settings write it.
---@field title string As people write it.
---@field note? string
---@field models? string[]

---@class turnlint.Choices
---@field targets turnlint.Choice[]
---@field formats turnlint.Choice[]

local DEFAULT = 'default' -- what the settings say without a choice
local AS_SET = { name = DEFAULT, title = 'what the settings say' }

-- Options of the server, which are no settings of documents.
local NO_SETTINGS = { 'pullDiagnostics', 'maxDiagnostics', 'largeFileBytes', 'trusted', 'positionEncoding' }

local known = {} ---@type table<integer, turnlint.Choices> By the id of the client.

---@param client vim.lsp.Client
---@return turnlint.Choices
local function choices(client)
  known[client.id] = known[client.id] or server.ask_and_wait(client, 0, 'choices', {})
  return known[client.id] or { targets = {}, formats = {} }
end

---The settings that a client was configured with.
---@param client vim.lsp.Client
---@return table<string, any>
local function configured(client)
  local settings = vim.deepcopy(client.config.init_options or {})
  for _, name in ipairs(NO_SETTINGS) do
    settings[name] = nil
  end
  return vim.tbl_extend('force', settings, vim.tbl_get(client.config, 'settings', 'turnlint') or {})
end

---Have a client use another value of a setting.
---@param client vim.lsp.Client
---@param key string
---@param name string `DEFAULT` takes the choice back.
local function set(client, key, name)
  local former = configured(client)
  local settings = vim.tbl_extend('force', former, client.settings.turnlint or {})
  if name ~= DEFAULT then
    settings[key] = name
  else
    settings[key] = former[key]
  end
  -- In a table of its own: the one there is belongs to the configuration.
  client.settings = vim.tbl_extend('force', client.settings, { turnlint = next(settings) and settings or vim.empty_dict() })
  client:notify('workspace/didChangeConfiguration', { settings = client.settings })
end

---@param one turnlint.Choice
local function label(one)
  local note = (one.note or '') ~= '' and (' (%s)'):format(one.note) or ''
  return ('%s: %s%s'):format(one.name, one.title, note)
end

---Have the user choose the name of a thing, and then a model if it lists any.
---@param prompt string
---@param offered turnlint.Choice[]
---@param done fun(name: string)
local function pick(prompt, offered, done)
  vim.ui.select(offered, { prompt = prompt, format_item = label }, function(one)
    if not one then return end
    if not one.models or #one.models == 0 then return done(one.name) end
    local models = vim.list_extend({ one.name }, vim.tbl_map(function(model) return one.name .. ':' .. model end, one.models))
    vim.ui.select(models, { prompt = 'model' }, function(name)
      if name then done(name) end
    end)
  end)
end

---@param offered turnlint.Choice[]
local function names(offered)
  local found = { DEFAULT }
  for _, one in ipairs(offered) do
    table.insert(found, one.name)
    for _, model in ipairs(one.models or {}) do
      table.insert(found, one.name .. ':' .. model)
    end
  end
  return found
end

---The command that chooses the value of a setting: the one that is named, else one from a list.
---@param key 'target'|'format'
---@return turnlint.Command
function M.command(key)
  local function offered(client) return choices(client)[key .. 's'] end

  ---@param client vim.lsp.Client
  ---@param name string
  local function choose(client, name)
    set(client, key, name)
    if name == DEFAULT then return server.tell(('the %s is what the settings say.'):format(key)) end
    server.tell(('the %s is %s. To keep it, write `%s = "%s"` into turnlint.toml.'):format(key, name, key, name))
  end

  ---@type turnlint.Command
  return {
    run = function(argument)
      local client = server.attached()
      if not client then return end
      if argument == '' then
        return pick(key, vim.list_extend({ AS_SET }, offered(client)), function(name) choose(client, name) end)
      end
      local wanted = argument:match('^[^:]*') -- which models there are beside those listed, the server knows
      if not vim.list_contains(names(offered(client)), wanted) then
        return server.warn(('there is no %s `%s`. `:Turnlint %s` lists them.'):format(key, argument, key))
      end
      choose(client, argument)
    end,
    complete = function()
      local client = server.any()
      return client and names(offered(client)) or {}
    end,
  }
end

return M
