-- A row as lines: what stands where, in which colours, and what of the row it is. Pure: it touches no buffer.

local highlights = require('turnlint.highlights')
local scratch = require('turnlint.scratch')

local M = {}

---@class turnlint.Finding
---@field severity 'error'|'warning'|'info'|'hint'
---@field rule string
---@field message string
---@field range lsp.Range

---@class turnlint.Part
---@field kind 'text'|'code'|'image'|'call'
---@field label string
---@field text string
---@field laidOut? string The JSON that the text is, over lines.
---@field omitted integer Code points that are left out at the end.
---@field pointer? string Where the row holds the text, if it can be edited.

---@class turnlint.Turn
---@field side ''|'preferred'|'non-preferred'
---@field role? string
---@field notes string[]
---@field tokens string
---@field range lsp.Range
---@field parts turnlint.Part[]
---@field findings turnlint.Finding[]

---@class turnlint.Row What `turnlint.viewRow` answers.
---@field row integer 1-based.
---@field rows integer
---@field name string
---@field format? string
---@field about string
---@field tokens? string
---@field tools { name: string, description: string, schema: string }[]
---@field turns turnlint.Turn[]
---@field fields { name: string, text: string }[]
---@field source? string
---@field findings turnlint.Finding[]

---@class turnlint.Mark A highlighted part of a line. Lines and bytes are 0-based, ends exclusive.
---@field line integer
---@field from integer
---@field to integer
---@field group string

---@class turnlint.Fold Lines to fold, 0-based, the last one included.
---@field first integer
---@field last integer
---@field key string The same for the same thing of a row when it is laid out again.

---@class turnlint.Place What of the row a line shows.
---@field range? lsp.Range
---@field turn? integer Its 1-based number.
---@field part? turnlint.Part

---@class turnlint.Layout
---@field lines string[]
---@field marks turnlint.Mark[]
---@field right table<integer, string> What stands at the right of lines.
---@field folds turnlint.Fold[]
---@field places table<integer, turnlint.Place> By line.
---@field turns integer[] The lines where turns begin.

---@alias turnlint.Chunk [string, string?] A text and its highlight group.

local INDENT = '  '

---@class turnlint.Page : turnlint.Layout A layout that is being written.
---@field fold_after integer
local Page = {}
Page.__index = Page

---Words on one line.
---@param words string
local function one_line(words) return (scratch.visible(words):gsub('\n', '␤')) end

---Write a line.
---@param chunks turnlint.Chunk[]
---@param place? turnlint.Place
function Page:line(chunks, place)
  local number, text = #self.lines, ''
  for _, chunk in ipairs(chunks) do
    local words, group = one_line(chunk[1]), chunk[2]
    if group and words ~= '' then
      table.insert(self.marks, { line = number, from = #text, to = #text + #words, group = group })
    end
    text = text .. words
  end
  table.insert(self.lines, text)
  self.places[number] = place
end

---Write a text over as many lines as it has, those after the first so many in a fold.
---@param text string
---@param indent string
---@param group string?
---@param place turnlint.Place?
---@param key string
---@param shown integer So many lines are not folded.
function Page:text(text, indent, group, place, key, shown)
  local first = #self.lines
  for _, line in ipairs(vim.split(text, '\n', { plain = true })) do
    self:line({ { indent }, { line, group } }, place)
  end
  if #self.lines - first > shown + 1 then
    table.insert(self.folds, { first = first + shown, last = #self.lines - 1, key = key })
  end
end

---Write a blank line, unless there is one.
function Page:gap()
  if self.lines[#self.lines] ~= '' then self:line({}) end
end

---@param findings turnlint.Finding[]
---@param indent string
---@param turn? integer
function Page:findings(findings, indent, turn)
  for _, one in ipairs(findings) do
    local name = one.rule ~= '' and ('%s[%s]'):format(one.severity, one.rule) or one.severity
    local chunks = { { indent }, { name .. ' ', highlights.of_severity(one.severity) }, { one.message } }
    self:line(chunks, { range = one.range, turn = turn })
  end
end

---@param part turnlint.Part
---@param place turnlint.Place
---@param key string
function Page:part(part, place, key)
  local indent, is_call = INDENT, part.kind == 'call'
  if part.label ~= '' or is_call then
    self:line({ { INDENT }, { (is_call and '→ ' or '') .. part.label, 'TurnlintLabel' } }, place)
    indent = INDENT .. INDENT
  end
  if part.kind == 'image' then return end
  local group = (part.kind ~= 'text' or part.laidOut) and 'TurnlintCode' or nil
  self:text(part.laidOut or part.text, indent, group, place, key, self.fold_after)
  if part.omitted > 0 then
    self:line({ { indent }, { ('… %d more characters'):format(part.omitted), 'TurnlintMore' } }, place)
  end
end

---@param number integer
---@param turn turnlint.Turn
function Page:turn(number, turn)
  self:gap()
  table.insert(self.turns, #self.lines)
  local place = { range = turn.range, turn = number }
  local side = turn.side == 'preferred' and 'TurnlintPreferred' or 'TurnlintNonPreferred'
  local chunks = turn.side ~= '' and { { turn.side .. ' ', side } } or {}
  table.insert(chunks, { turn.role or 'no role', highlights.of_role(turn.role) })
  for _, note in ipairs(turn.notes) do
    table.insert(chunks, { ' · ' .. note, 'TurnlintNote' })
  end
  self.right[#self.lines] = turn.tokens ~= '' and one_line(turn.tokens) or nil
  self:line(chunks, vim.tbl_extend('force', place, { part = turn.parts[1] }))
  self:findings(turn.findings, INDENT, number)
  for index, part in ipairs(turn.parts) do
    self:part(part, vim.tbl_extend('force', place, { part = part }), ('turn %d part %d'):format(number, index))
  end
end

---@param row turnlint.Row
function Page:head(row)
  self:line({ { row.name, 'TurnlintTitle' }, { (' · row %d of %d'):format(row.row, row.rows), 'TurnlintTitle' } })
  local about = { row.format or 'unknown format' }
  if row.about ~= '' then table.insert(about, row.about) end
  table.insert(about, row.tokens)
  self:line({ { table.concat(about, ' · '), 'TurnlintAbout' } })
  self:findings(row.findings, '')
end

---@param row turnlint.Row
function Page:tools(row)
  if #row.tools == 0 then return end
  self:gap()
  self:line({ { 'tools', 'TurnlintLabel' } })
  for index, tool in ipairs(row.tools) do
    local described = tool.description ~= '' and '  ' .. tool.description or ''
    self:line({ { INDENT }, { tool.name, 'TurnlintTool' }, { described, 'TurnlintNote' } })
    if tool.schema ~= '' then self:text(tool.schema, INDENT .. INDENT, 'TurnlintCode', nil, 'tool ' .. index, 0) end
  end
end

---@param row turnlint.Row
function Page:fields(row)
  for index, field in ipairs(row.fields) do
    self:gap()
    self:line({ { field.name, 'TurnlintLabel' } })
    if field.text ~= '' then self:text(field.text, INDENT, 'TurnlintCode', nil, 'field ' .. index, self.fold_after) end
  end
end

---@param fold_after integer
---@return turnlint.Page
local function page(fold_after)
  local new = { lines = {}, marks = {}, right = {}, folds = {}, places = {}, turns = {}, fold_after = fold_after }
  return setmetatable(new, Page)
end

---Lay out a row.
---@param row turnlint.Row
---@param fold_after integer Texts are folded after so many lines.
---@return turnlint.Layout
function M.of_row(row, fold_after)
  local new = page(fold_after)
  new:head(row)
  for number, turn in ipairs(row.turns) do
    new:turn(number, turn)
  end
  new:tools(row)
  new:fields(row)
  if row.source then
    new:gap()
    new:text(row.source, '', 'TurnlintCode', nil, 'source', 1000)
  end
  return new
end

---Lay out words in the place of a row.
---@param words string
---@return turnlint.Layout
function M.of_words(words)
  local new = page(1)
  new:line({ { words, 'TurnlintAbout' } })
  return new
end

return M
