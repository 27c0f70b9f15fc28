-- A row beside the one that it repeats or contradicts, in a tab of its own and in diff mode.

local scratch = require('turnlint.scratch')
local server = require('turnlint.server')

---@class turnlint.Shown A row as it is to be shown.
---@field name string
---@field text string

---@param row turnlint.Shown
---@param is_folded boolean Whether lines that are the same in both are folded.
local function show(row, is_folded)
  vim.api.nvim_win_set_buf(0, scratch.buffer(scratch.lines(row.text)))
  vim.wo[0][0].winbar = scratch.literal(row.name)
  vim.cmd.diffthis()
  vim.wo[0][0].wrap, vim.wo[0][0].foldenable = true, is_folded
end

---Carries out `turnlint.compareRows`: shows both rows that the server answers with.
---@param command lsp.Command
---@param context lsp.HandlerContext
return function(command, context)
  local client = assert(vim.lsp.get_client_by_id(context.client_id))
  server.ask(client, context.bufnr, 'compareRows', command.arguments, function(rows)
    vim.cmd.tabnew()
    vim.bo.bufhidden = 'wipe'
    local differ = rows.left.text ~= rows.right.text -- else all would be one closed fold
    show(rows.left, differ)
    vim.cmd('rightbelow vsplit')
    show(rows.right, differ)
  end)
end
