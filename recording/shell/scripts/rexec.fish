# Read by a fish that rexec starts, behind config.fish. It makes the shell say where
# its prompts and commands are (OSC 133) and where it is (OSC 7). All names begin
# with __rexec_.

# First of all: what children are not to see.
set -g __rexec_nonce $REXEC_NONCE
set -e REXEC_NONCE

# __rexec_encode prints text with all but printable ASCII percent-encoded, and
# without what ends a parameter. The rest stays as it is, so that secrets in it are
# recognised and masked.
function __rexec_encode
    if not string match -qr '[^ -~]' -- $argv[1]
        string replace -a '%' '%25' -- $argv[1] | string replace -a ';' '%3B'
        return
    end
    set -l text (string escape --style=url -- $argv[1])
    set -l plain ' ' '!' '"' '#' '$' '&' "'" '(' ')' '*' '+' ',' ':' '<' '=' '>' '?' '@' '[' '\\' ']' '^' '`' '{' '|' '}'
    for c in $plain
        set text (string replace -a -- (string escape --style=url -- $c) $c $text)
    end
    echo $text
end

# __rexec_theirs tells whether the user's own setup sends OSC 133.
function __rexec_theirs
    if status test-feature mark-prompt 2>/dev/null # fish 4's own, which rexec asks it not to send
        return 0
    end
    for name in fish_prompt fish_right_prompt (functions --handlers | string match -r '^(?:fish_prompt|fish_preexec|fish_postexec) (.+)$' | string match -v 'fish_*')
        if not string match -q '__rexec_*' -- $name; and functions -q -- $name
            if functions -- $name | string match -qr '133;[ABCDP]'
                return 0
            end
        end
    end
    return 1
end

if status is-interactive; and test -n "$__rexec_nonce"
    function __rexec_directory --on-event fish_prompt
        printf '\e]7;file://%s%s\a' $hostname (string escape --style=url -- $PWD)
    end
    if not __rexec_theirs
        function __rexec_prompt --on-event fish_prompt
            printf '\e]133;A;nonce=%s\a' $__rexec_nonce
        end
        function __rexec_preexec --on-event fish_preexec
            if test (string length -- $argv[1] | string collect) -le 8192
                printf '\e]133;C;nonce=%s;cmdline_url=%s\a' $__rexec_nonce (__rexec_encode $argv[1] | string collect)
            else
                printf '\e]133;C;nonce=%s\a' $__rexec_nonce
            end
        end
        function __rexec_postexec --on-event fish_postexec
            printf '\e]133;D;%d;nonce=%s\a' $status $__rexec_nonce
        end
    end
    functions -e __rexec_theirs
end
