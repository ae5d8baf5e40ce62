"""What companies carry after (or before) their name to say what they are in law."""

_ENDINGS = """
    ltd, limited, plc, llp, lp, llc, inc, incorporated, corp, corporation, co, pllc, pc, gp, cic, lllp, cooperative,
    coop, limited liability company, limited company, public limited company, proprietary limited, private limited,
    private, pty, pte, pvt, sdn bhd, bhd, berhad, ulc, ltee,
    gmbh, mbh, ggmbh, gesmbh, ag, kg, ohg, og, gbr, ug, eg, ek, ekfm, ekfr, ev, se, kgaa, haftungsbeschraenkt, partg,
    partgmbb, gesellschaft mit beschraenkter haftung, aktiengesellschaft, kommanditgesellschaft,
    sa, sas, sasu, sarl, sagl, eurl, snc, sci, scop, scs, sca, societe anonyme, sprl, srl, scrl, asbl, bvba, cvba,
    spa, srls, sapa, scarl, societa per azioni, bv, nv, vof, cv, ua, besloten vennootschap,
    ab, hb, publ, as, asa, aps, ivs, is, oy, oyj, ky, ehf, hf, aktiebolag, aktieselskab,
    sl, slu, sau, slne, sociedad anonima, sociedad limitada, sa de cv, de cv, s de rl, de rl, sapi, sab, rl, sac, eirl,
    lda, ltda, limitada, eireli, unipessoal, sgps, cia, compania,
    sp zoo, zoo, sp k, sp j, sro, spol sro, spol, vos, kft, zrt, nyrt, rt, bt, kkt, doo, dd, ad, ead, eood, ood, jdoo,
    ooo, zao, oao, pao, ao, too, tov, pat, chp, ip, uab, sia, mb, ou, osauhing, filial,
    ae, epe, ike, oe, ee, anonymi etaireia, anonim sirketi, ltd sti, sti, tic ltd sti, san tic,
    kk, yk, gk, kabushiki kaisha, yugen kaisha, godo kaisha, tbk, jsc, ojsc, cjsc, pjsc, wll, fzco, fze, fzc, fz,
    saoc, saog, ksc, kscc, qsc, qpsc
"""
# As `match_keys` sees them: Latin letters, without punctuation, single letters joined ("s.p.a." is "spa").
ENDINGS: frozenset[tuple[str, ...]] = frozenset(tuple(form.split()) for form in _ENDINGS.split(","))
BEGINNINGS: frozenset[str] = frozenset(
    {"ooo", "zao", "oao", "pao", "ao", "too", "tov", "uab", "sia", "pt", "cv", "ab", "ou"}
)
# Words that end many names; they go only where a name of two words or more remains.
SOFT_ENDINGS: frozenset[str] = frozenset({"company", "compagnie", "firma"})
JOINTS: frozenset[str] = frozenset({"and", "und", "et", "og", "och", "the"})
LONGEST_ENDING = max(map(len, ENDINGS))
