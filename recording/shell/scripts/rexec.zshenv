# Read by a zsh that rexec starts, in the place of the user's .zshenv: it gives
# ZDOTDIR back, reads that .zshenv, and makes the shell say where its prompts and
# commands are (OSC 133) and where it is (OSC 7). All names begin with __rexec_.

# First of all: what children are not to see.
if [[ -n ${REXEC_ZDOTDIR+x} ]]; then
    builtin export ZDOTDIR=$REXEC_ZDOTDIR
else
    builtin unset ZDOTDIR
fi
if [[ -o interactive && -n ${REXEC_NONCE-} ]]; then
    builtin typeset -g +x __rexec_nonce=$REXEC_NONCE __rexec_ran= __rexec_off= __rexec_url= __rexec_b=$'%{\e]133;B\a%}'
    builtin unset REXEC_NONCE REXEC_ZDOTDIR

    # __rexec_encode sets __rexec_url to $1 with all bytes but those of the class $2
    # percent-encoded.
    __rexec_encode() {
        builtin emulate -L zsh -o no_multibyte -o no_xtrace -o no_err_exit
        builtin local rest=$1 safe
        __rexec_url=
        while [[ -n $rest ]]; do
            safe=${rest%%[^$~2]*}
            __rexec_url+=$safe
            rest=${rest[$#safe+1,-1]}
            if [[ -n $rest ]]; then
                __rexec_url+=%${(l:2::0:)$(([##16]#rest))}
                rest=${rest[2,-1]}
            fi
        done
    }

    # __rexec_theirs tells whether the user's own setup sends OSC 133.
    __rexec_theirs() {
        builtin emulate -L zsh -o no_xtrace -o no_err_exit
        builtin local name
        [[ "${PS1-}${PS2-}" == *133\;[ABCDP]* ]] && builtin return 0
        for name in $precmd_functions $preexec_functions; do
            [[ $name != __rexec_* && ${functions[$name]-} == *133\;[ABCDP]* ]] && builtin return 0
        done
        builtin return 1
    }

    # __rexec_precmd runs before each prompt, the last of all if it can: others make
    # the prompt there.
    __rexec_precmd() {
        builtin local -i __rexec_status=$?
        builtin emulate -L zsh -o no_xtrace -o no_err_exit
        if [[ ${precmd_functions[-1]-} != __rexec_precmd ]]; then
            precmd_functions=(${precmd_functions:#__rexec_precmd} __rexec_precmd)
        fi
        if [[ -z $__rexec_off ]]; then
            __rexec_off=no
            __rexec_theirs && __rexec_off=yes
        fi
        builtin local out=
        if [[ $__rexec_off == no ]]; then
            [[ -n $__rexec_ran ]] && out=$'\e]133;D;'$__rexec_status';nonce='$__rexec_nonce$'\a'
            if [[ -n ${PS1-} && $PS1 != *$__rexec_b && ${(t)PS1} != *readonly* && -o prompt_percent ]]; then
                PS1=${PS1//$__rexec_b}$__rexec_b
            fi
        fi
        __rexec_ran=
        __rexec_encode "$PWD" 'A-Za-z0-9/._~-'
        out+=$'\e]7;file://'$HOST$__rexec_url$'\a'
        [[ $__rexec_off == no ]] && out+=$'\e]133;A;nonce='$__rexec_nonce$'\a'
        builtin print -rn -- "$out"
        builtin return 0
    }

    # __rexec_preexec runs behind enter, before the command. Most of its text stays as
    # it is, so that secrets in it are recognised and masked.
    __rexec_preexec() {
        builtin emulate -L zsh -o no_xtrace -o no_err_exit
        [[ $__rexec_off == no ]] || builtin return 0
        __rexec_ran=1
        if [[ -n $1 && $#1 -le 8192 ]]; then
            __rexec_encode "$1" ' -$&-:=-~'
            builtin print -rn -- $'\e]133;C;nonce='$__rexec_nonce';cmdline_url='$__rexec_url$'\a'
        else
            builtin print -rn -- $'\e]133;C;nonce='$__rexec_nonce$'\a'
        fi
        builtin return 0
    }

    builtin typeset -ga precmd_functions preexec_functions
    precmd_functions+=(__rexec_precmd)
    preexec_functions+=(__rexec_preexec)
else
    builtin unset REXEC_NONCE REXEC_ZDOTDIR
fi

# At the top, not in a function: what the user's file declares is global.
if [[ -r ${ZDOTDIR-$HOME}/.zshenv ]]; then
    builtin source ${ZDOTDIR-$HOME}/.zshenv
fi
