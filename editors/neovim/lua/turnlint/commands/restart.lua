-- Ends the server, and starts another with the configuration as it is now.

local server = require('turnlint.server')

local POLL, PATIENCE = 50, 5000 -- milliseconds

---Call back when all clients are gone; those that take long are killed.
---@param done fun()
local function stop(done)
  vim.lsp.enable(server.NAME, false) -- stops all of them
  local waited = 0
  local timer = assert(vim.uv.new_timer())
  timer:start(0, POLL, vim.schedule_wrap(function()
    if timer:is_closing() then return end
    local clients = vim.lsp.get_clients({ name = server.NAME })
    if #clients == 0 then
      timer:close()
      return done()
    end
    waited = waited + POLL
    if waited == PATIENCE then
      for _, client in ipairs(clients) do
        client:stop(true)
      end
    end
  end))
end

---@type turnlint.Command
return {
  run = function()
    stop(function()
      local missing = server.missing()
      vim.lsp.enable(server.NAME)
      if missing then return server.warn(missing) end
      server.tell('restarted.')
    end)
  end,
}
