/** Completion scripts for shells. Each asks the program itself (`__complete`), so they never go out of date. */

import { unreachable } from "../../base/assert.ts";
import { writeOut } from "../print/output.ts";
import type { Invocation } from "./command.ts";

/** Prints the script for the shell that the first argument names. */
export function printCompletionScript({ command, args }: Invocation): void {
  const { name } = command.root;
  writeOut(completionScript(name, args[0] as Shell));
}

export type Shell = "bash" | "zsh" | "fish" | "powershell";

/** Exported for tests. */
export function completionScript(name: string, shell: Shell): string {
  const id = name.replaceAll("-", "_");
  switch (shell) {
    case "bash":
      return `# bash completion for ${name}                               -*- shell-script -*-
__${id}_complete() {
    local line words current
    current="\${COMP_WORDS[COMP_CWORD]}"
    words=("\${COMP_WORDS[@]:1:COMP_CWORD-1}")
    COMPREPLY=()
    while IFS= read -r line; do
        [[ "$line" == :* ]] && break
        COMPREPLY+=("$line")
    done < <("\${COMP_WORDS[0]}" __completeNoDesc "\${words[@]}" "$current" 2>/dev/null)
}
complete -o default -F __${id}_complete ${name}
`;
    case "zsh":
      return `#compdef ${name}
_${id}() {
    local line
    local -a candidates
    while IFS= read -r line; do
        [[ "$line" == :* ]] && break
        candidates+=("\${\${line//:/\\\\:}/$'\\t'/:}")
    done < <("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
    if (( \${#candidates} )); then
        _describe '${name}' candidates
    else
        _files
    fi
}
compdef _${id} ${name}
`;
    case "fish":
      return `# fish completion for ${name}                              -*- shell-script -*-
function __${id}_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in ($words[1] __complete $words[2..-1] 2>/dev/null)
        string match -q ':*' -- $line; and break
        echo $line
    end
end
complete -c ${name} -f -a '(__${id}_complete)'
`;
    case "powershell":
      return `# powershell completion for ${name}                         -*- shell-script -*-
Register-ArgumentCompleter -Native -CommandName '${name}' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
    if ($wordToComplete -eq '') { $words += '""' }
    & '${name}' __complete @words 2>$null | Where-Object { $_ -notmatch '^:' } | ForEach-Object {
        $name, $description = $_ -split "\`t", 2
        if (-not $description) { $description = $name }
        [System.Management.Automation.CompletionResult]::new($name, $name, 'ParameterValue', $description)
    }
}
`;
    default:
      return unreachable(shell);
  }
}
