-- Says what turnlint knows of the file.

local scratch = require('turnlint.scratch')
local server = require('turnlint.server')

---@type turnlint.Command
return {
  run = function()
    local buffer, client = vim.api.nvim_get_current_buf(), server.attached()
    if not client then return end
    server.ask(client, buffer, 'describeFile', { vim.uri_from_bufnr(buffer) }, function(described)
      if not described then return server.warn('the server does not know this buffer. `:Turnlint restart` may help.') end
      local file = described.settings
      local settings = file and 'settings of ' .. vim.fn.fnamemodify(file, ':~:.') or 'no settings file'
      server.tell(scratch.visible(described.summary .. ' · ' .. settings))
    end)
  end,
}
