-- Shows the row under the cursor as a conversation.

---@type turnlint.Command
return {
  run = function(argument) require('turnlint.row').open(argument ~= '' and argument or nil) end,
  complete = function() return require('turnlint.options').POSITIONS end,
}
