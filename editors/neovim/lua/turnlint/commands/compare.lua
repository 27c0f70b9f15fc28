-- Shows the row under the cursor beside the one that it repeats or contradicts.

---@type turnlint.Command
return {
  run = function()
    require('turnlint.actions').take(nil, function(action)
      return type(action.command) == 'table' and action.command.command == 'turnlint.compareRows'
    end, 'no finding compares this row with another one.')
  end,
}
