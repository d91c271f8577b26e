using System.CommandLine;

namespace KubeWol.Cli.Completion;

/// <summary>kubectl wol completion: scripts that have the shell ask this program.</summary>
internal static class CompletionCommand
{
    private const string Shim = """
        #!/bin/sh
        # kubectl (1.26 and later) asks a program of this name to complete "kubectl wol".
        exec kubectl-wol __complete "$@"
        """;

    private const string Bash = """
        # bash completion for kubectl-wol. Load it: source <(kubectl wol completion bash)
        _kubectl_wol() {
            # Not COMP_WORDS: there a MAC address is eleven words.
            local line words typed=${COMP_LINE:0:COMP_POINT}
            read -ra words <<<"$typed"
            [[ $typed == *[[:space:]] ]] && words+=("")
            COMPREPLY=()
            while IFS= read -r line; do
                [[ $line == :* ]] || COMPREPLY+=("${line%%$'\t'*}")
            done < <(kubectl-wol __complete "${words[@]:1}" 2>/dev/null)
        }
        complete -o default -F _kubectl_wol kubectl-wol
        """;

    private const string Zsh = """
        #compdef kubectl-wol
        # zsh completion for kubectl-wol. Load it: source <(kubectl wol completion zsh)
        _kubectl_wol() {
            local line value
            local -a answers
            while IFS= read -r line; do
                [[ $line == :* ]] && continue
                value=${line%%$'\t'*}
                if [[ $line == *$'\t'* ]]; then answers+=("${value//:/\\:}:${line#*$'\t'}"); else answers+=("${value//:/\\:}"); fi
            done < <(kubectl-wol __complete "${(@)words[2,CURRENT]}" 2>/dev/null)
            if (( ${#answers} )); then _describe 'kubectl-wol' answers; else _files; fi
        }
        if (( $+functions[compdef] )); then compdef _kubectl_wol kubectl-wol; fi
        """;

    private const string Fish = """
        # fish completion for kubectl-wol. Load it: kubectl wol completion fish | source
        function __kubectl_wol
            set -l words (commandline -opc) (commandline -ct)
            kubectl-wol __complete $words[2..-1] 2>/dev/null | string match -v ':*'
        end
        complete -c kubectl-wol -f -a '(__kubectl_wol)'
        """;

    public static Command Create(Surroundings around)
    {
        var command = new Command("completion", "Print a script for command-line completion.");
        foreach (var (shell, script) in (ReadOnlySpan<(string, string)>)[("bash", Bash), ("zsh", Zsh), ("fish", Fish), ("kubectl", Shim)])
        {
            var description = shell == "kubectl" ? "The program kubectl_complete-wol, by which kubectl itself completes \"kubectl wol\"." : $"The script for {shell}.";
            var one = new Command(shell, description);
            one.SetAction(_ => around.Terminal.Out.WriteLine(script));
            command.Add(one);
        }

        return command.WithExamples(
            "source <(kubectl wol completion bash)",
            "kubectl wol completion kubectl > ~/bin/kubectl_complete-wol && chmod +x ~/bin/kubectl_complete-wol");
    }
}
