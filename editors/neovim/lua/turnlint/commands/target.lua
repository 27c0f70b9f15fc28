-- Sets who will train on the data.

return require('turnlint.choice').command('target')
