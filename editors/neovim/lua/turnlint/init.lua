-- What others call of this plugin.

local M = {}

---@class turnlint.Setup : turnlint.Options
---@field settings? table<string, any> What the server takes, such as `{ target = 'openai:gpt-4.1' }`.
---@field server? vim.lsp.Config Anything else of the client, such as `{ cmd = … }`.

---Enable the server with these options. `vim.lsp.enable('turnlint')` does without any.
---@param options? turnlint.Setup
function M.setup(options)
  local own = vim.deepcopy(options or {})
  local config = own.server or {}
  if own.settings then config = vim.tbl_deep_extend('force', config, { settings = { turnlint = own.settings } }) end
  own.server, own.settings = nil, nil
  if next(own) then
    local faults = require('turnlint.options').faults(own)
    if #faults > 0 then
      require('turnlint.server').warn(table.concat(faults, '; ') .. '. `:help turnlint-options` lists them; the defaults hold.')
    end
    vim.g.turnlint = own
  end
  vim.lsp.config('turnlint', config)
  vim.lsp.enable('turnlint')
end

---What a statusline says of a buffer: its target and how many findings it has; empty where turnlint is not attached.
---@param buffer? integer The current one by default.
---@return string
function M.status(buffer) return require('turnlint.status').text(buffer) end

return M
