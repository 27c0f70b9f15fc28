-- Applies all safe fixes to the file.

local KIND = 'source.fixAll.turnlint'

---@type turnlint.Command
return {
  run = function()
    local none = 'nothing in this file can be fixed safely. `gra` on a finding lists what else can be done.'
    require('turnlint.actions').take(KIND, function(action) return action.kind == KIND end, none)
  end,
}
