;;; turnlint.el --- Check JSONL training data with turnlint  -*- lexical-binding: t; -*-

;; Author: The turnlint authors
;; Version: 0.1.0
;; Package-Requires: ((emacs "29.1"))
;; Keywords: languages, tools
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; A mode for JSONL, one JSON value a line, and the language server for it.
;;
;;   (require 'turnlint)
;;   (add-hook 'jsonl-mode-hook #'eglot-ensure)

;;; Code:

(defgroup turnlint nil
  "Checks of JSONL training data."
  :group 'languages)

(defcustom turnlint-command '("turnlint" "server")
  "The command of the language server, word by word.
It takes effect when this file is loaded."
  :type '(repeat string))

(defvar jsonl-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?\' "." table)
    (modify-syntax-entry ?- "_" table)
    table)
  "Syntax of JSON: only double quotes delimit.")

(defconst jsonl-mode-font-lock-keywords
  `((,(rx (group "\"" (* (or (not (any "\"\\\n")) (seq "\\" nonl))) "\"") (* (any " \t")) ":")
     1 font-lock-property-name-face t)
    (,(rx symbol-start (or "true" "false" "null") symbol-end) . font-lock-constant-face)
    (,(rx symbol-start (? "-") (+ digit) (? "." (+ digit)) (? (any "eE") (? (any "+-")) (+ digit)) symbol-end)
     . font-lock-number-face))
  "What has a colour in JSON besides strings.")

;;;###autoload
(define-derived-mode jsonl-mode prog-mode "JSONL"
  "Major mode for JSONL: one JSON value a line, which may be very long."
  (setq-local font-lock-defaults '(jsonl-mode-font-lock-keywords))
  (setq-local require-final-newline t)
  (setq-local bidi-inhibit-bpa t)
  (setq-local truncate-lines nil)
  (electric-indent-local-mode -1))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.\\(?:jsonl\\|ndjson\\)\\'" . jsonl-mode))

(defvar eglot-server-programs)
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs (cons 'jsonl-mode turnlint-command)))

(provide 'turnlint)
;;; turnlint.el ends here
