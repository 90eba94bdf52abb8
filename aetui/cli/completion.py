"""`aetui completion`: the script that lets a shell complete commands, options, runs and settings."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

BASH = r"""_aetui_complete() {
    local line value files= cur=${COMP_WORDS[COMP_CWORD]}
    [[ $cur == [=:] ]] && cur=
    COMPREPLY=()
    while IFS= read -r line; do
        value=${line%%$'\t'*}
        if [[ -z $value ]]; then files=1; else COMPREPLY+=("$value"); fi
    done < <(_AETUI_COMPLETE=bash _AETUI_LINE=${COMP_LINE:0:COMP_POINT} _AETUI_BREAKS=$COMP_WORDBREAKS \
        "${1/#\~/$HOME}" 2>/dev/null)
    if [[ $files ]]; then
        compopt -o default -o filenames
        [[ ${#COMPREPLY[@]} -gt 0 ]] && mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$cur")
        return 0
    fi
    [[ ${#COMPREPLY[@]} -eq 1 && $COMPREPLY == *[=:] ]] && compopt -o nospace
    [[ $cur == [\"\']* ]] && return 0
    for value in "${!COMPREPLY[@]}"; do
        printf -v "COMPREPLY[value]" %q "${COMPREPLY[value]}"
    done
}
complete -F _aetui_complete aetui
"""

ZSH = r"""#compdef aetui
_aetui() {
    local line value meaning files=
    local -a whole begun
    while IFS= read -r line; do
        value=${line%%$'\t'*}
        meaning=${line#*$'\t'}
        case $value in
            '') files=1 ;;
            *[=:]) begun+=("${value//:/\\:}:$meaning") ;;
            *) whole+=("${value//:/\\:}:$meaning") ;;
        esac
    done < <(_AETUI_COMPLETE=zsh _AETUI_LINE="${(j: :)words[1,CURRENT-1]} $QIPREFIX$PREFIX" \
        ${~${(Q)words[1]}} 2>/dev/null)
    (( $#whole )) && _describe -t values value whole
    (( $#begun )) && _describe -t settings setting begun -S ''
    if [[ -n $files ]]; then
        [[ $PREFIX == --*=* ]] && compset -P '*='
        _files
    fi
}
if [[ ${funcstack[1]-} == _aetui ]]; then
    _aetui "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
    compdef _aetui aetui
fi
"""

FISH = r"""function __aetui_complete
    set -lx _AETUI_COMPLETE fish
    set -lx _AETUI_LINE (commandline -cp | string collect)
    set -l words (commandline -opc)
    set -l program (string replace -r '^~(?=/)' $HOME -- $words[1])
    for line in ($program 2>/dev/null)
        if string match -q \t'*' -- $line
            __fish_complete_path (commandline -ct)
        else
            printf '%s\n' $line
        end
    end
end
complete --command aetui --no-files --arguments '(__aetui_complete)'
"""

SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}
PLACES = {
    "bash": "aetui completion bash >> ~/.bashrc",
    "zsh": "aetui completion zsh >> ~/.zshrc",
    "fish": "aetui completion fish > ~/.config/fish/completions/aetui.fish",
}
"""The line that makes it stay."""


def completion(
    shell: Annotated[Literal["bash", "zsh", "fish"], typer.Argument(help="The shell that is to complete.")],
) -> None:
    """Print the script that lets a shell complete what is typed after `aetui`.

    To have it in every new shell: `aetui completion bash >> ~/.bashrc`, `aetui completion zsh >> ~/.zshrc`, or
    `aetui completion fish > ~/.config/fish/completions/aetui.fish`.
    """
    typer.echo(SCRIPTS[shell], nl=False)
    if sys.stdout.isatty():
        typer.echo(f"\n# To have this in every new shell: {PLACES[shell]}", err=True)
