/**
 * `fathom completion`: a script that lets a shell finish commands, options and files. It is made from the table of commands.
 */
import { type Command, everywhere, UsageError } from '../command.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

/** @param commands all of them, asked for when the command runs */
export function completion(commands: () => readonly Command[]): Command {
  return {
    name: 'completion',
    takes: ['SHELL'],
    about: 'Prints a script for bash, zsh or fish that completes commands, options and files.',
    examples: [
      "echo 'source <(fathom completion bash)' >> ~/.bashrc",
      "echo 'source <(fathom completion zsh)' >> ~/.zshrc",
      'fathom completion fish > ~/.config/fish/completions/fathom.fish',
    ],
    run(given) {
      const shell = given.words[0]!;
      const script =
        shell === 'bash'
          ? bash(commands())
          : shell === 'zsh'
            ? `autoload -U +X bashcompinit && bashcompinit\n${bash(commands())}`
            : shell === 'fish'
              ? fish(commands())
              : undefined;
      if (script === undefined) throw new UsageError(`completion is for ${shells.join(', ')}, not '${shell}'`);
      return { text: script, data: { shell, script } };
    },
  };
}

function optionsOf(command: Command): string[] {
  return Object.keys({ ...command.options, ...everywhere }).map((name) => `--${name}`);
}

/** First words, each once, and the second words of those that have some. */
function words(commands: readonly Command[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { name } of commands) {
    const [first = '', second] = name.split(' ');
    found.set(first, [...(found.get(first) ?? []), ...(second === undefined ? [] : [second])]);
  }
  return found;
}

function bash(commands: readonly Command[]): string {
  const firsts = words(commands);
  const cases = commands.map((command) => {
    const pattern = command.name.includes(' ') ? `'${command.name}'` : `'${command.name} '*`;
    return `    ${pattern}) options='${optionsOf(command).join(' ')}' ;;`;
  });
  const seconds = [...firsts].filter(([, list]) => list.length > 0);
  return `# completion of fathom
_fathom() {
  local word="\${COMP_WORDS[COMP_CWORD]}" options=''
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${[...firsts.keys(), 'help'].join(' ')}' -- "$word"))
    return
  fi
  if [ "$COMP_CWORD" -eq 2 ]; then
    case "\${COMP_WORDS[1]}" in
${seconds.map(([first, list]) => `      ${first}) COMPREPLY=($(compgen -W '${list.join(' ')}' -- "$word")); return ;;`).join('\n')}
    esac
  fi
  case "\${COMP_WORDS[1]} \${COMP_WORDS[2]}" in
${cases.join('\n')}
  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _fathom fathom`;
}

function fish(commands: readonly Command[]): string {
  const firsts = words(commands);
  const lines = ['# completion of fathom', 'complete -c fathom -n __fish_use_subcommand -f'];
  for (const [first, list] of firsts) {
    const about = commands.find(({ name }) => name === first)?.about ?? list.join(', ');
    lines.push(`complete -c fathom -n __fish_use_subcommand -a ${first} -d ${quoted(about)}`);
    if (list.length > 0)
      lines.push(
        `complete -c fathom -f -n '__fish_seen_subcommand_from ${first}; and not __fish_seen_subcommand_from ${list.join(' ')}' -a '${list.join(' ')}'`,
      );
  }
  for (const command of commands) {
    const seen = command.name.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`);
    for (const [option, { about, value }] of Object.entries({ ...command.options, ...everywhere }))
      lines.push(
        `complete -c fathom -n '${seen.join('; and ')}' -l ${option} ${value === undefined ? '' : '-r '}-d ${quoted(about)}`,
      );
  }
  return lines.join('\n');
}

/** A text for fish, in single quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
