-- The highlight groups of the row view. Each is a link that a colour scheme or the user can set otherwise.

local M = {}

---@type table<string, string>
M.LINKS = {
  TurnlintTitle = 'Title',
  TurnlintAbout = 'Comment',
  TurnlintRole = 'Identifier', -- any role that has no group of its own
  TurnlintSystem = 'Special',
  TurnlintUser = 'Function',
  TurnlintAssistant = 'Statement',
  TurnlintTool = 'Type',
  TurnlintPreferred = 'Added',
  TurnlintNonPreferred = 'Removed',
  TurnlintNote = 'Comment',
  TurnlintTokens = 'Comment',
  TurnlintCode = 'String',
  TurnlintLabel = 'Label',
  TurnlintMore = 'Folded', -- what stands for text that is not shown
  TurnlintError = 'DiagnosticError',
  TurnlintWarning = 'DiagnosticWarn',
  TurnlintInfo = 'DiagnosticInfo',
  TurnlintHint = 'DiagnosticHint',
}

-- Roles by the words that formats have for them.
local ROLES = {
  System = { 'system', 'developer' },
  User = { 'user', 'human' },
  Assistant = { 'assistant', 'gpt', 'chatgpt', 'model', 'bot' },
  Tool = { 'tool', 'function', 'observation', 'function_call', 'function_response' },
}

local by_role = {} ---@type table<string, string>
for group, roles in pairs(ROLES) do
  for _, role in ipairs(roles) do
    by_role[role] = 'Turnlint' .. group
  end
end

---The group of a role, in any spelling.
---@param role string?
---@return string
function M.of_role(role) return by_role[(role or ''):lower()] or 'TurnlintRole' end

---The group of `error`, `warning`, `info` or `hint`.
---@param severity string
---@return string
function M.of_severity(severity) return 'Turnlint' .. severity:sub(1, 1):upper() .. severity:sub(2) end

---Define all groups that nobody has defined.
function M.define()
  for group, link in pairs(M.LINKS) do
    vim.api.nvim_set_hl(0, group, { link = link, default = true })
  end
end

return M
