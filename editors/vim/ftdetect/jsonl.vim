autocmd BufNewFile,BufRead *.jsonl,*.ndjson setfiletype jsonl
