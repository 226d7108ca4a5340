"""Print the lines for a shell's start-up file that complete ``aws assume``.

Each text runs complete.py, or the AWS CLI's own completer if complete.py was removed.
"""

from __future__ import annotations

import shlex

SHELLS = ("bash", "zsh", "fish", "powershell", "tcsh")
# The user appends the text, so that no new shell has to run awscli-assume.
_FILES = {
    "bash": "~/.bashrc",
    "zsh": "~/.zshrc",
    "fish": "~/.config/fish/config.fish",
    "powershell": "$PROFILE",
    "tcsh": "~/.tcshrc",
}

_BASH = r"""
_awscli_assume_complete() {
    local output code candidate place
    COMPREPLY=()
    output=$(@COMMAND@ bash "${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null)
    code=$?
    case $code in
    0) ;;
    10)
        # A file.
        compopt -o default 2>/dev/null || output=$(compgen -f -- "$2")
        ;;
    20)
        # The command after --.
        for ((place = 1; place < COMP_CWORD; place++)); do
            [[ ${COMP_WORDS[place]} == -- ]] && break
        done
        ((place++))
        if declare -F _command_offset >/dev/null; then
            _command_offset "$place"
            return
        elif ((place == COMP_CWORD)); then
            output=$(compgen -c -- "$2")
        else
            compopt -o default 2>/dev/null || output=$(compgen -f -- "$2")
        fi
        ;;
    *) output=$(COMP_LINE=$COMP_LINE COMP_POINT=$COMP_POINT aws_completer 2>/dev/null) ;;
    esac
    while IFS= read -r candidate; do
        [[ -n $candidate ]] && COMPREPLY+=("$candidate")
    done <<<"$output"
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[/=] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
complete -o nosort -F _awscli_assume_complete aws 2>/dev/null ||
    complete -F _awscli_assume_complete aws
"""

_ZSH = r"""
_awscli_assume_complete() {
    local output code place
    local -a candidates
    output=$(@COMMAND@ zsh "${(@Q)words[1,CURRENT-1]}" "$PREFIX" 2>/dev/null)
    code=$?
    case $code in
    0) ;;
    10)
        _files
        return
        ;;
    20)
        # The command after --.
        place=${words[(i)--]}
        shift $place words
        (( CURRENT -= place ))
        _normal
        return
        ;;
    *) output=$(COMP_LINE="${(j: :)words[1,CURRENT]}" aws_completer 2>/dev/null) ;;
    esac
    [[ -n $output ]] || return 1
    candidates=("${(@f)output}")
    if [[ ${#candidates} -eq 1 && $candidates[1] == *[/=] ]]; then
        _describe -V -t aws-assume aws candidates -S ''
    else
        _describe -V -t aws-assume aws candidates
    fi
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
compdef _awscli_assume_complete aws
"""

_FISH = r"""
function __awscli_assume_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l output (@COMMAND@ fish $words "$current" 2>/dev/null)
    switch $status
        case 0
            string collect -- $output
        case 10
            __fish_complete_path "$current"
        case 20
            # The command after --.
            set -l rest $words[(math (contains -i -- -- $words) + 1)..]
            complete -C (string join ' ' -- (string escape -- $rest) "$current")
        case '*'
            set -lx COMP_LINE (string join ' ' -- $words "$current")
            aws_completer 2>/dev/null
    end
end
complete -c aws -f -k -a '(__awscli_assume_complete)'
"""

_POWERSHELL = r"""
Register-ArgumentCompleter -Native -CommandName aws -ScriptBlock {
    param($word, $ast, $cursor)
    $line = $ast.ToString()
    $end = $cursor - $ast.Extent.StartOffset
    $line = if ($line.Length -lt $end) { "$line " } else { $line.Substring(0, $end) }
    $output = & @COMMAND@ powershell $line 2>$null
    if ($LASTEXITCODE -eq 10 -or $LASTEXITCODE -eq 20) { return }
    if ($LASTEXITCODE -ne 0) {
        $env:COMP_LINE = $line
        $env:COMP_POINT = $line.Length
        $output = aws_completer 2>$null
        Remove-Item Env:\COMP_LINE, Env:\COMP_POINT
    }
    $output | Where-Object { $_ } | ForEach-Object {
        $text, $name, $help = $_ -split "`t"
        if (-not $name) { $name = $text }
        if (-not $help) { $help = $name }
        [System.Management.Automation.CompletionResult]::new(
            $text, $name, 'ParameterValue', $help)
    }
}
"""

# n/--/c/ completes a command after the word --, p@*@ completes all other positions.
_TCSH = r"""
complete aws 'n/--/c/' 'p@*@`@COMMAND@ tcsh || aws_completer`@'
"""

_TEXTS = {
    "bash": _BASH, "zsh": _ZSH, "fish": _FISH, "powershell": _POWERSHELL, "tcsh": _TCSH,
}  # fmt: skip


def startup_text(shell: str, python: str, program: str) -> str:
    """Return the text for a shell's start-up file, with the paths of Python and of the completer.

    Raises ValueError for a path that the shell can't run.
    """
    command = _quoted([python, "-I", "-S", program], shell)
    comment = f"# Completes aws assume; from: awscli-assume completion {shell} >> {_FILES[shell]}"
    return f"{comment}{_TEXTS[shell].replace('@COMMAND@', command)}"


def _quoted(words: list[str], shell: str) -> str:
    if shell == "powershell":
        return " ".join("'{}'".format(word.replace("'", "''")) for word in words)
    if shell == "fish":
        escaped = (word.replace("\\", "\\\\").replace("'", "\\'") for word in words)
        return " ".join(f"'{word}'" for word in escaped)
    if shell == "tcsh" and shlex.join(words) != " ".join(words):
        raise ValueError(
            "tcsh can't complete with a program whose path has spaces or special characters: "
            f"{' '.join(words)}. Install awscli-assume in another folder."
        )
    return shlex.join(words)
