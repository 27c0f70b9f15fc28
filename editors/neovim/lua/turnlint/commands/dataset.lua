-- Judges all files of the data set from disk, and compares them with each other.

local findings = require('turnlint.findings')
local server = require('turnlint.server')

---@type turnlint.Command
return {
  run = function()
    local buffer, client = vim.api.nvim_get_current_buf(), findings.client()
    if not client then return end
    server.tell('reading the files of the data set…')
    server.ask(client, buffer, 'lintDataset', { findings.uri(client, buffer) }, function(done)
      local files = findings.counted(done.files, 'file')
      if done.findings == 0 then return server.tell(('no problems in %s.'):format(files)) end
      findings.list(client)
      server.tell(('%s in %s.'):format(findings.counted(done.findings, 'finding'), files))
    end)
  end,
}
