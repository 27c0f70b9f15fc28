-- Folds of the row view: long texts and schemas are closed until somebody opens them, and stay open then.

local M = {}

---The folds of a window that are open, by their keys.
---@param window integer
---@param folds turnlint.Fold[]
---@return table<string, true>
function M.open_ones(window, folds)
  local found = {}
  vim.api.nvim_win_call(window, function()
    for _, fold in ipairs(folds) do
      if vim.fn.foldclosed(fold.first + 1) == -1 then found[fold.key] = true end
    end
  end)
  return found
end

---Put folds in the place of others, after the text has changed: all closed but those that are given as open.
---@param window integer
---@param folds turnlint.Fold[]
---@param open table<string, true>
function M.put(window, folds, open)
  vim.api.nvim_win_call(window, function()
    vim.cmd('normal! zE')
    for _, fold in ipairs(folds) do
      vim.cmd(('%d,%dfold'):format(fold.first + 1, fold.last + 1))
      if open[fold.key] then vim.cmd(('%dfoldopen'):format(fold.first + 1)) end
    end
  end)
end

---What stands for a closed fold, as 'foldtext' has it.
---@return string
function M.text() return ('  … %d more lines: za opens them'):format(vim.v.foldend - vim.v.foldstart + 1) end

return M
