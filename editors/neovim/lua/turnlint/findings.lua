-- Findings of files that are not open: Neovim lists them in the quickfix window.

local server = require('turnlint.server')

local M = {}

---Fill the quickfix list with all findings that a client knows of, and open it.
---@param client vim.lsp.Client
function M.list(client)
  local namespace = vim.lsp.diagnostic.get_namespace(client.id)
  vim.diagnostic.setqflist({ namespace = namespace, title = 'turnlint', open = true })
end

---@param count integer
---@param noun string
function M.counted(count, noun) return ('%d %s%s'):format(count, noun, count == 1 and '' or 's') end

---The URI of a buffer where its server knows it, else `vim.NIL`.
---@param client vim.lsp.Client
---@param buffer integer
function M.uri(client, buffer)
  return vim.lsp.buf_is_attached(buffer, client.id) and vim.uri_from_bufnr(buffer) or vim.NIL
end

---Any client, for what concerns no buffer. The user is told where there is none.
---@return vim.lsp.Client?
function M.client()
  local client = server.any()
  if not client then
    server.warn('no server runs yet. Open a .jsonl or .ndjson file first; `:checkhealth turnlint` says what is missing.')
  end
  return client
end

return M
