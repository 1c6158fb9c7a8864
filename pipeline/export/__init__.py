"""Every public figure as files of many kinds, with what each of them means and where it is from."""
