-- Shows what a report of a problem should hold.

local findings = require('turnlint.findings')
local scratch = require('turnlint.scratch')
local server = require('turnlint.server')

---@type turnlint.Command
return {
  run = function()
    local buffer, client = vim.api.nvim_get_current_buf(), findings.client()
    if not client then return end
    server.ask(client, buffer, 'debugInformation', { findings.uri(client, buffer) }, function(text)
      scratch.show(text, ' turnlint: for reports of problems; nothing of your rows is in it.  `:%y +` copies it, q closes')
    end)
  end,
}
