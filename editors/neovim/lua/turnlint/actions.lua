-- Code actions that a command takes by itself, without the menu.

local server = require('turnlint.server')

local M = {}

---Give an action as the server writes it out, once it is asked to.
---@param client vim.lsp.Client
---@param buffer integer
---@param action lsp.CodeAction
---@param done fun(action: lsp.CodeAction)
local function resolve(client, buffer, action, done)
  if action.edit or action.command then return done(action) end
  client:request('codeAction/resolve', action, function(failure, resolved)
    if failure then return server.warn(failure.message) end
    done(resolved)
  end, buffer)
end

---@param client vim.lsp.Client
---@param buffer integer
---@param action lsp.CodeAction
local function take(client, buffer, action)
  resolve(client, buffer, action, function(resolved)
    if resolved.edit then vim.lsp.util.apply_workspace_edit(resolved.edit, client.offset_encoding) end
    if resolved.command then client:exec_cmd(resolved.command, { bufnr = buffer }) end
  end)
end

---Take the action at the cursor that is wanted; ask the user where there are several.
---@param kind lsp.CodeActionKind? The only kind to ask for.
---@param is_wanted fun(action: lsp.CodeAction): boolean
---@param none string What the user is told where there is none.
function M.take(kind, is_wanted, none)
  local buffer, client = vim.api.nvim_get_current_buf(), server.attached()
  if not client then return end
  local params = vim.lsp.util.make_range_params(0, client.offset_encoding) --[[@as lsp.CodeActionParams]]
  params.context = { diagnostics = {}, only = kind and { kind } or nil, triggerKind = 1 }
  client:request('textDocument/codeAction', params, function(failure, actions)
    if failure then return server.warn(failure.message) end
    local wanted = vim.tbl_filter(is_wanted, actions ~= vim.NIL and actions or {})
    if #wanted == 0 then return server.tell(none) end
    if #wanted == 1 then return take(client, buffer, wanted[1]) end
    local options = { prompt = 'turnlint', format_item = function(action) return action.title end }
    vim.ui.select(wanted, options, function(action)
      if action then take(client, buffer, action) end
    end)
  end, buffer)
end

return M
