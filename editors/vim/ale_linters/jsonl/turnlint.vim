" Description: turnlint, the language server for JSONL training data

call ale#Set('jsonl_turnlint_executable', 'turnlint')
call ale#Set('jsonl_turnlint_options', {})

function! ale_linters#jsonl#turnlint#Root(buffer) abort
  let l:folder = fnamemodify(bufname(a:buffer), ':p:h')
  for l:name in ['turnlint.toml', '.turnlint.toml', 'pyproject.toml']
    let l:file = ale#path#FindNearestFile(a:buffer, l:name)
    if !empty(l:file)
      return fnamemodify(l:file, ':h')
    endif
  endfor
  return l:folder
endfunction

" ALE takes and gives columns as bytes.
function! ale_linters#jsonl#turnlint#Options(buffer) abort
  return extend({'positionEncoding': 'utf-8'}, ale#Var(a:buffer, 'jsonl_turnlint_options'))
endfunction

call ale#linter#Define('jsonl', {
\   'name': 'turnlint',
\   'lsp': 'stdio',
\   'executable': {b -> ale#Var(b, 'jsonl_turnlint_executable')},
\   'command': '%e server',
\   'project_root': function('ale_linters#jsonl#turnlint#Root'),
\   'initialization_options': function('ale_linters#jsonl#turnlint#Options'),
\})
