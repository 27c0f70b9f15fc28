"""Completion in bash, from 3.2 on, which macOS has."""

from __future__ import annotations

from collections import defaultdict

from turnlint.cli._completion import PROGRAM_OPTIONS, Values, actions, quoted, values_of

__all__ = ["script"]

_SCRIPT = r"""# Completion of turnlint in bash: source <(turnlint completion bash)

# The options of a command; of none, what may stand in its place.
_turnlint_options() {
    case $1 in
@OPTIONS@
    esac
}

# What follows an option of a command, or is its operand: the kind of it, and the values.
_turnlint_values() {
    case "$1 $2" in
@VALUES@
    esac
}

# Files whose names end in one of the suffixes, and folders.
_turnlint_files() {
    local typed=${1//\\/} file there suffix
    shift
    compopt -o filenames 2> /dev/null || return # then bash completes all files
    while IFS= read -r file; do
        there=${file/#~\//$HOME/}
        [[ -e $there ]] || continue # a line of a name that has several
        if [[ -d $there ]]; then
            COMPREPLY+=("$file")
            continue
        fi
        for suffix; do
            [[ $file == *"$suffix" ]] && COMPREPLY+=("$file")
        done
    done < <(compgen -f -- "$typed")
}

_turnlint() {
    local line=${COMP_LINE:0:COMP_POINT} words=() values=()
    local command='' option='' word before='' behind_colon='' index one
    # Words as bash gives them are cut at colons, which are in the names of targets.
    # shellcheck disable=SC2162
    read -a words <<< "$line"
    [[ $line == *[[:space:]] ]] && words+=('')
    for ((index = 1; index < ${#words[@]} - 1; index++)); do
        if [[ ${words[index]} == --check ]]; then
            command=check
        elif [[ -z $command && ${words[index]} != -* ]]; then
            command=${words[index]}
        fi
    done
    word=${words[index]}
    if [[ $word == --*=* ]]; then
        option=${word%%=*} word=${word#*=}
    elif [[ ${words[index - 1]} == -* ]]; then
        option=${words[index - 1]}
    fi
    COMPREPLY=()
    [[ $option ]] && read -ra values <<< "$(_turnlint_values "$command" "$option")"
    if [[ ${#values[@]} -eq 0 ]]; then
        if [[ $word == -* || -z $command ]]; then
            read -ra values <<< "names $(_turnlint_options "$command")"
        else
            read -ra values <<< "$(_turnlint_values "$command" '')"
        fi
    fi
    if [[ ${values[0]} == files ]]; then
        [[ ${#values[@]} -eq 1 ]] || _turnlint_files "$2" "${values[@]:1}"
        return
    fi
    if [[ ${values[0]} == list ]]; then
        compopt -o nospace 2> /dev/null
        [[ $word == *,* ]] && before=${word%,*},
    fi
    [[ $COMP_WORDBREAKS == *:* && $word == *:* ]] && behind_colon=${word%"${word##*:}"}
    while IFS= read -r one; do
        COMPREPLY+=("${one#"$behind_colon"}")
    done < <(compgen -P "$before" -W "${values[*]:1}" -- "${word#"$before"}")
}

complete -o bashdefault -o default -F _turnlint turnlint
"""


def script() -> str:
    """Make the script."""
    options = {}
    places: dict[Values, list[str]] = defaultdict(list)
    names = []
    for command, declared in actions():
        names.append(command)
        options[command] = [one for action in declared for one in action.option_strings]
        for action in declared:
            values = values_of(action)
            if values is not None:
                places[values] += [f"{command} {option}" for option in action.option_strings or [""]]
    cases = [_case(quoted(command), " ".join(words)) for command, words in options.items()]
    cases.append(_case("''", " ".join([*names, *PROGRAM_OPTIONS])))
    found = [_case(" | ".join(map(quoted, where)), _words(values)) for values, where in places.items()]
    return _SCRIPT.replace("@OPTIONS@", "\n".join(cases)).replace("@VALUES@", "\n".join(found))


def _words(values: Values) -> str:
    kind = "files" if values.is_file else "list" if values.is_list else "names"
    return " ".join([kind, *values.names, *values.suffixes])


def _case(pattern: str, words: str) -> str:
    return f"    {pattern}) echo {quoted(words)} ;;"
