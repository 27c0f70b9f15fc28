-- Sets the format of the rows.

return require('turnlint.choice').command('format')
