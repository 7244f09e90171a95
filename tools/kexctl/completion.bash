# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Completion of kexctl for bash. The program itself knows its words.

_kexctl() {
	local -a words=()
	local i current word

	# bash has split at '=' what kexctl takes as one word
	for ((i = 1; i <= COMP_CWORD; i++)); do
		if ((${#words[@]})) && [[ ${COMP_WORDS[i]} == '=' || ${COMP_WORDS[i - 1]} == '=' ]]; then
			words[-1]+=${COMP_WORDS[i]}
		else
			words+=("${COMP_WORDS[i]}")
		fi
	done
	current=${words[-1]-}
	COMPREPLY=()
	# What it cannot know, since nothing is loaded, is no news while typing
	while IFS= read -r word; do
		if [[ $word == @file ]]; then
			compopt -o default
			return
		fi
		# and wants only what stands behind the '='
		[[ $current != *=* || $COMP_WORDBREAKS != *=* ]] || word=${word#*=}
		COMPREPLY+=("$word")
	done < <("${COMP_WORDS[0]}" --complete "${words[@]}" 2>/dev/null)
	# A key is not done without its value
	[[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace
}

complete -F _kexctl kexctl
