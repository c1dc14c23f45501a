"""Who is behind the listings: sellers of one client linked by evidence into actors.

`traces` says what a listing shows of its seller, `profiles` what a seller shows in all, `linking`
weighs what two have in common, `components` makes actors of links, `risk`
says whom to look at first.
"""
