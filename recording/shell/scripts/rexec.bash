# Read by a bash that rexec starts, behind /etc/bash.bashrc. It reads what bash would
# have read, then makes the shell say where its prompts and commands are (OSC 133)
# and where it is (OSC 7). All names begin with __rexec_. It runs under the user's
# own options (set -u, set -e, set -a, …), and leaves no trace of itself in $?, $_ or
# the history.

# First of all: what children are not to see.
__rexec_nonce=${REXEC_NONCE-}
builtin unset REXEC_NONCE
__rexec_host=${HOSTNAME-}
__rexec_dir= __rexec_dir_url= __rexec_ran= __rexec_next= __rexec_adjust= __rexec_off= __rexec_hooked= __rexec_keep=
__rexec_b='\[\e]133;B\a\]'
__rexec_0='$(__rexec_preexec)'

# __rexec_encode sets __rexec_url to $1 with all bytes but those of the class $2
# percent-encoded.
__rexec_encode() {
    builtin local LC_ALL=C rest safe hex
    rest=$1 __rexec_url=
    while [[ -n $rest ]]; do
        safe=${rest%%[!$2]*}
        __rexec_url+=$safe
        rest=${rest:${#safe}}
        if [[ -n $rest ]]; then
            builtin printf -v hex '%%%02X' "'${rest:0:1}"
            __rexec_url+=%${hex: -2} # a byte above 127 is negative to some
            rest=${rest:1}
        fi
    done
}

# __rexec_preexec runs in a subshell, behind enter and before the command. The text
# is the newest entry of the history, if that is newer than the prompt; else (it was
# a repetition, or history does not want it) a reader has to take it from the screen.
__rexec_preexec() {
    { builtin local -; builtin set +aeux; } 2>/dev/null
    builtin local entry text='' LC_ALL=C
    entry=$(HISTTIMEFORMAT='' builtin history 1)
    if [[ $entry =~ ^\ *([0-9]+)[*\ ]\ (.*)$ ]] && ((BASH_REMATCH[1] >= ${__rexec_next:-0})); then
        text=${BASH_REMATCH[2]}
    fi
    if [[ -n $text && ${#text} -le 8192 ]]; then
        # Most of it stays as it is, so that secrets in it are recognised and masked; and
        # it comes last, since a mask may reach to the end.
        __rexec_encode "$text" ' -$&-:=-~'
        builtin printf '\e]133;C;nonce=%s;cmdline_url=%s\a' "$__rexec_nonce" "$__rexec_url"
    else
        builtin printf '\e]133;C;nonce=%s\a' "$__rexec_nonce"
    fi
}

# __rexec_theirs tells whether the user's own setup sends OSC 133.
__rexec_theirs() {
    builtin local name IFS=$' \t\n'
    builtin local -a names
    if [[ "${PS1-}${PS0-}${PS2-}${PROMPT_COMMAND[*]-}" == *133\;[ABCDP]* ]]; then
        builtin return 0
    fi
    for name in ${PROMPT_COMMAND[*]//[^A-Za-z0-9_-]/ } ${precmd_functions[*]-} ${preexec_functions[*]-}; do
        if [[ $name != __rexec_* ]] && builtin declare -F -- "$name" >/dev/null; then
            names+=("$name")
        fi
    done
    if ((${#names[@]})) && [[ $(builtin declare -f -- "${names[@]}") == *133\;[ABCDP]* ]]; then
        builtin return 0
    fi
    builtin return 1
}

# __rexec_precmd runs before each prompt. The number that \# stands for grows with
# each command: enter alone and ctrl+c are none.
__rexec_precmd() {
    builtin local __rexec_status=$?
    { builtin local -; builtin set +aeux; } 2>/dev/null
    builtin local number='\#' out=''
    number=${number@P}
    if [[ $number != "$__rexec_ran" ]]; then
        __rexec_history
        if [[ -n $__rexec_hooked ]]; then
            out=$'\e]133;D;'$__rexec_status$';nonce='$__rexec_nonce$'\a'
        fi
    fi
    __rexec_ran=$number
    if [[ -z $__rexec_off ]]; then
        __rexec_off=no
        if __rexec_theirs; then
            __rexec_off=yes
        fi
    fi
    __rexec_hooked=
    if [[ $__rexec_off == no ]] && __rexec_hook; then
        __rexec_hooked=1
    fi
    if [[ $PWD != "$__rexec_dir" ]]; then
        __rexec_encode "$PWD" 'A-Za-z0-9/._~-'
        __rexec_dir=$PWD __rexec_dir_url=$__rexec_url
    fi
    out+=$'\e]7;file://'$__rexec_host$__rexec_dir_url$'\a'
    if [[ -n $__rexec_hooked ]]; then
        out+=$'\e]133;A;nonce='$__rexec_nonce$'\a'
    fi
    builtin printf %s "$out"
    if [[ -n $__rexec_keep ]]; then
        builtin return "$__rexec_status"
    fi
    builtin return 0
}

# __rexec_history sets __rexec_next to the number that the next entry of the history
# will have. What \! stands for here differs by one between versions of bash, as is
# seen when there is a first entry.
__rexec_history() {
    builtin local number='\!' entry
    __rexec_next=$((${number@P} + ${__rexec_adjust:-0}))
    if [[ -z $__rexec_adjust ]]; then
        entry=$(HISTTIMEFORMAT='' builtin history 1)
        if [[ $entry =~ ^\ *([0-9]+) ]]; then
            __rexec_adjust=$((BASH_REMATCH[1] + 1 - __rexec_next))
            __rexec_next=$((__rexec_next + __rexec_adjust))
        fi
    fi
}

# __rexec_hook puts the end of the prompt, and what runs behind enter, where the
# user's own prompt has thrown them out. It fails when it cannot know of enter.
__rexec_hook() {
    if ! builtin shopt -q promptvars; then
        builtin return 1
    fi
    if [[ ${PS0-} != *"$__rexec_0"* ]]; then
        if [[ ${PS0@a} == *r* ]]; then
            builtin return 1
        fi
        PS0=${PS0-}$__rexec_0
    fi
    if [[ -n ${PS1-} && $PS1 != *"$__rexec_b" && ${PS1@a} != *r* ]]; then
        PS1=${PS1//"$__rexec_b"/}$__rexec_b
    fi
    builtin return 0
}

# PS0 came with bash 4.4. PROMPT_COMMAND is an array since 5.1: each of its elements
# finds $? as the command left it. With a DEBUG trap of the user's, a command of ours
# looks like one of the user's when it comes behind what ends a prompt's work (a timer
# that the trap starts, say): then it comes first.
__rexec_install() {
    if ((BASH_VERSINFO[0] < 4 || BASH_VERSINFO[0] == 4 && BASH_VERSINFO[1] < 4)); then
        builtin return 0 # nothing below would even be understood
    fi
    { builtin local -; builtin set +aeux; } 2>/dev/null
    if [[ -z $__rexec_nonce || $- != *i* || ${PROMPT_COMMAND@a} == *r* ]]; then
        builtin return 0
    fi
    if ((BASH_VERSINFO[0] < 5 || BASH_VERSINFO[0] == 5 && BASH_VERSINFO[1] < 1)); then
        __rexec_keep=1 # $? for what comes behind
        PROMPT_COMMAND=__rexec_precmd${PROMPT_COMMAND:+$'\n'$PROMPT_COMMAND}
    elif [[ -z ${PROMPT_COMMAND[*]-} ]]; then
        PROMPT_COMMAND=(__rexec_precmd)
    elif [[ -n $1 ]]; then
        PROMPT_COMMAND=(__rexec_precmd "${PROMPT_COMMAND[@]}")
    else
        PROMPT_COMMAND+=(__rexec_precmd)
    fi
}

# Read what bash would have read.
if builtin shopt -oq posix && builtin shopt -q login_shell; then
    # rexec started it in POSIX mode, because a login shell reads no --rcfile.
    builtin set +o posix
    builtin unset POSIXLY_CORRECT ENV
    if [[ -n ${REXEC_BASH_ENV+x} ]]; then
        builtin export ENV=$REXEC_BASH_ENV
        builtin unset REXEC_BASH_ENV
    fi
    if [[ ${HISTFILE-} == "${HOME-}/.sh_history" ]]; then
        HISTFILE=$HOME/.bash_history
    fi
    if [[ -r /etc/profile ]]; then
        builtin . /etc/profile
    fi
    if [[ -r ~/.bash_profile ]]; then
        builtin . ~/.bash_profile
    elif [[ -r ~/.bash_login ]]; then
        builtin . ~/.bash_login
    elif [[ -r ~/.profile ]]; then
        builtin . ~/.profile
    fi
elif [[ -n ${REXEC_BASH_RC+x} ]]; then
    __rexec_rc=$REXEC_BASH_RC
    builtin unset REXEC_BASH_RC
    if [[ -r $__rexec_rc ]]; then
        builtin . "$__rexec_rc"
    fi
    builtin unset __rexec_rc
elif [[ -r ~/.bashrc ]]; then
    builtin . ~/.bashrc
fi

# Behind the user's files builtin may be an alias.
__rexec_install "$(\builtin trap -p DEBUG)"
\builtin unset -f __rexec_install
