-- Judges a file from disk that is not open, now and whenever it changes.

local findings = require('turnlint.findings')
local server = require('turnlint.server')

---List the findings of a file when they come.
---@param client vim.lsp.Client
---@param uri string
local function list_later(client, uri)
  vim.api.nvim_create_autocmd('DiagnosticChanged', {
    buffer = vim.uri_to_bufnr(uri),
    once = true,
    callback = function(event)
      local count = #vim.diagnostic.get(event.buf)
      server.tell(('%s in %s.'):format(findings.counted(count, 'finding'), vim.fs.basename(event.file)))
      if count > 0 then vim.schedule(function() findings.list(client) end) end
    end,
  })
end

---@type turnlint.Command
return {
  run = function(argument)
    local buffer, client = vim.api.nvim_get_current_buf(), findings.client()
    if not client then return end
    local typed = argument:gsub('\\(.)', '%1')
    local path = vim.fs.abspath(vim.fs.normalize(typed ~= '' and typed or vim.api.nvim_buf_get_name(buffer)))
    local uri = vim.uri_from_fname(path)
    server.ask(client, buffer, 'lintFile', { uri }, function(taken)
      if taken then
        server.tell(('reading %s…'):format(vim.fs.basename(path)))
        list_later(client, uri)
      elseif vim.uv.fs_stat(path) then
        server.tell(('%s is open, and judged as you type. Name a file that is not.'):format(vim.fs.basename(path)))
      else
        server.warn(('there is no file %s.'):format(path))
      end
    end)
  end,
  complete = function(lead) return vim.tbl_map(vim.fn.fnameescape, vim.fn.getcompletion(lead:gsub('\\(.)', '%1'), 'file')) end,
}
