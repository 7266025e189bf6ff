/* The language: its keywords, the slots of each ludeme, the numbers of those that play.
 * Written by headers.py from the signatures: not to be edited. */
#ifndef LUDEMES_H
#define LUDEMES_H
enum { roleType_Neutral, roleType_P1, roleType_P2, roleType_P3, roleType_P4, roleType_P5, roleType_P6, roleType_P7,
    roleType_P8, roleType_P9, roleType_P10, roleType_P11, roleType_P12, roleType_P13, roleType_P14, roleType_P15,
    roleType_P16, roleType_Team1, roleType_Team2, roleType_Team3, roleType_Team4, roleType_Team5, roleType_Team6,
    roleType_Team7, roleType_Team8, roleType_Team9, roleType_Team10, roleType_Team11, roleType_Team12, roleType_Team13,
    roleType_Team14, roleType_Team15, roleType_Team16, roleType_TeamMover, roleType_Each, roleType_Shared, roleType_All,
    roleType_Mover, roleType_Next, roleType_Prev, roleType_NonMover, roleType_Enemy, roleType_Friend, roleType_Ally,
    roleType_Player, N_roleType };
enum { siteType_Vertex, siteType_Edge, siteType_Cell, N_siteType };
enum { absoluteDirection_All, absoluteDirection_Angled, absoluteDirection_Adjacent, absoluteDirection_Axial,
    absoluteDirection_Orthogonal, absoluteDirection_Diagonal, absoluteDirection_OffDiagonal,
    absoluteDirection_SameLayer, absoluteDirection_Upward, absoluteDirection_Downward, absoluteDirection_Rotational,
    absoluteDirection_Base, absoluteDirection_Support, absoluteDirection_N, absoluteDirection_E, absoluteDirection_S,
    absoluteDirection_W, absoluteDirection_NE, absoluteDirection_SE, absoluteDirection_NW, absoluteDirection_SW,
    absoluteDirection_NNW, absoluteDirection_WNW, absoluteDirection_WSW, absoluteDirection_SSW, absoluteDirection_SSE,
    absoluteDirection_ESE, absoluteDirection_ENE, absoluteDirection_NNE, absoluteDirection_CW, absoluteDirection_CCW,
    absoluteDirection_In, absoluteDirection_Out, absoluteDirection_U, absoluteDirection_UN, absoluteDirection_UNE,
    absoluteDirection_UE, absoluteDirection_USE, absoluteDirection_US, absoluteDirection_USW, absoluteDirection_UW,
    absoluteDirection_UNW, absoluteDirection_D, absoluteDirection_DN, absoluteDirection_DNE, absoluteDirection_DE,
    absoluteDirection_DSE, absoluteDirection_DS, absoluteDirection_DSW, absoluteDirection_DW, absoluteDirection_DNW,
    N_absoluteDirection };
enum { relativeDirection_Forward, relativeDirection_Backward, relativeDirection_Rightward, relativeDirection_Leftward,
    relativeDirection_Forwards, relativeDirection_Backwards, relativeDirection_Rightwards, relativeDirection_Leftwards,
    relativeDirection_FL, relativeDirection_FLL, relativeDirection_FLLL, relativeDirection_BL, relativeDirection_BLL,
    relativeDirection_BLLL, relativeDirection_FR, relativeDirection_FRR, relativeDirection_FRRR, relativeDirection_BR,
    relativeDirection_BRR, relativeDirection_BRRR, relativeDirection_SameDirection, relativeDirection_OppositeDirection,
    N_relativeDirection };
enum { compassDirection_N, compassDirection_NNE, compassDirection_NE, compassDirection_ENE, compassDirection_E,
    compassDirection_ESE, compassDirection_SE, compassDirection_SSE, compassDirection_S, compassDirection_SSW,
    compassDirection_SW, compassDirection_WSW, compassDirection_W, compassDirection_WNW, compassDirection_NW,
    compassDirection_NNW, N_compassDirection };
enum { rotationalDirection_Out, rotationalDirection_CW, rotationalDirection_In, rotationalDirection_CCW,
    N_rotationalDirection };
enum { spatialDirection_D, spatialDirection_DN, spatialDirection_DNE, spatialDirection_DE, spatialDirection_DSE,
    spatialDirection_DS, spatialDirection_DSW, spatialDirection_DW, spatialDirection_DNW, spatialDirection_U,
    spatialDirection_UN, spatialDirection_UNE, spatialDirection_UE, spatialDirection_USE, spatialDirection_US,
    spatialDirection_USW, spatialDirection_UW, spatialDirection_UNW, N_spatialDirection };
enum { stepType_F, stepType_L, stepType_R, N_stepType };
enum { relationType_Orthogonal, relationType_Diagonal, relationType_OffDiagonal, relationType_Adjacent,
    relationType_All, N_relationType };
enum { resultType_Win, resultType_Loss, resultType_Draw, resultType_Tie, resultType_Abandon, resultType_Crash,
    N_resultType };
enum { modeType_Alternating, modeType_Simultaneous, modeType_Simulation, N_modeType };
enum { whenType_StartOfTurn, whenType_EndOfTurn, N_whenType };
enum { storeType_None, storeType_Outer, storeType_Inner, N_storeType };
enum { stackDirection_FromBottom, stackDirection_FromTop, N_stackDirection };
enum { repetitionType_Positional, repetitionType_PositionalInTurn, repetitionType_Situational,
    repetitionType_SituationalInTurn, N_repetitionType };
enum { passEndType_Draw, passEndType_NoEnd, N_passEndType };
enum { gravityType_PyramidalDrop, N_gravityType };
enum { pinType_SupportMultiple, N_pinType };
enum { landmarkType_CentreSite, landmarkType_LeftSite, landmarkType_RightSite, landmarkType_Topsite,
    landmarkType_BottomSite, landmarkType_FirstSite, landmarkType_LastSite, N_landmarkType };
enum { regionTypeStatic_Rows, regionTypeStatic_Columns, regionTypeStatic_AllDirections, regionTypeStatic_HintRegions,
    regionTypeStatic_Layers, regionTypeStatic_Diagonals, regionTypeStatic_SubGrids, regionTypeStatic_Regions,
    regionTypeStatic_Vertices, regionTypeStatic_Corners, regionTypeStatic_Sides, regionTypeStatic_SidesNoCorners,
    regionTypeStatic_AllSites, regionTypeStatic_Touching, N_regionTypeStatic };
enum { regionTypeDynamic_Empty, regionTypeDynamic_NotEmpty, regionTypeDynamic_Own, regionTypeDynamic_NotOwn,
    regionTypeDynamic_Enemy, regionTypeDynamic_NotEnemy, N_regionTypeDynamic };
enum { lineOfSightType_Empty, lineOfSightType_Farthest, lineOfSightType_Piece, N_lineOfSightType };
enum { puzzleElementType_Cell, puzzleElementType_Edge, puzzleElementType_Vertex, puzzleElementType_Hint,
    N_puzzleElementType };
enum { diagonalsType_Implied, diagonalsType_Solid, diagonalsType_SolidNoSplit, diagonalsType_Alternating,
    diagonalsType_Concentric, diagonalsType_Radiating, N_diagonalsType };
enum { squareShape_NoShape, squareShape_Square, squareShape_Rectangle, squareShape_Diamond, squareShape_Limping,
    N_squareShape };
enum { hexShape_NoShape, hexShape_Square, hexShape_Rectangle, hexShape_Diamond, hexShape_Triangle, hexShape_Hexagon,
    hexShape_Star, hexShape_Limping, hexShape_Prism, N_hexShape };
enum { triShape_NoShape, triShape_Square, triShape_Rectangle, triShape_Diamond, triShape_Triangle, triShape_Hexagon,
    triShape_Star, triShape_Limping, triShape_Prism, N_triShape };
enum { brickShape_Square, brickShape_Rectangle, brickShape_Diamond, brickShape_Spiral, brickShape_Limping,
    brickShape_Prism, N_brickShape };
enum { concentricShape_Square, concentricShape_Triangle, concentricShape_Hexagon, concentricShape_Target,
    N_concentricShape };
enum { regularShape_Star, N_regularShape };
enum { tilingType_T31212, tilingType_T333333_33434, tilingType_T33336, tilingType_T33344, tilingType_T33434,
    tilingType_T3464, tilingType_T3636, tilingType_T4612, tilingType_T488, N_tilingType };
enum { boardlessTiling_Square, boardlessTiling_Triangular, boardlessTiling_Hexagonal, N_boardlessTiling };
enum { cardType_Joker, cardType_Ace, cardType_Two, cardType_Three, cardType_Four, cardType_Five, cardType_Six,
    cardType_Seven, cardType_Eight, cardType_Nine, cardType_Ten, cardType_Jack, cardType_Queen, cardType_King,
    N_cardType };
enum { dealableType_Cards, dealableType_Dominoes, N_dealableType };
enum { valueWord_Value, N_valueWord };
enum { allWord_All, N_allWord };
enum { nextPlayerWord_NextPlayer, N_nextPlayerWord };
enum { rotationWord_Rotation, N_rotationWord };
enum { trumpSuitWord_TrumpSuit, N_trumpSuitWord };
enum { piecesWord_Pieces, N_piecesWord };
enum { playersWord_Players, N_playersWord };
enum { hiddenData_What, hiddenData_Who, hiddenData_Count, hiddenData_State, hiddenData_Rotation, hiddenData_Value,
    N_hiddenData };
enum { prevType_Mover, prevType_MoverLastTurn, N_prevType };

/* slots: SLOT(node, slug, name) */
enum { abs_int__value };
enum { add__pieceRef, add__to, add__count, add__stack, add__then };
enum { add_array__intArray };
enum { add_int__a, add_int__b };
enum { add_ints__values };
enum { addscore__player, addscore__roleType, addscore__value, addscore__then };
enum { addscore_all__players, addscore_all__roles, addscore_all__values, addscore_all__then };
enum { ahead__siteType, ahead__site, ahead__steps, ahead__direction };
enum { all_different__region, all_different__if_ };
enum { all_different_values__siteType, all_different_values__region, all_different_values__except,
    all_different_values__excepts };
enum { all_groups__siteType, all_groups__direction, all_groups__of, all_groups__if_ };
enum { all_sites__region, all_sites__if_ };
enum { all_values__intArray, all_values__if_ };
enum { allcombinations__a, allcombinations__b, allcombinations__then };
enum { amount__roleType, amount__player };
enum { and__a, and__b };
enum { and_all__list };
enum { append__effect, append__then };
enum { apply__effect };
enum { apply_if__if_, apply_if__effect };
enum { array__values };
enum { array_difference__a, array_difference__b, array_difference__value };
enum { array_if__condition, array_if__yes, array_if__no };
enum { array_intersection__a, array_intersection__b };
enum { array_intersections__arrays };
enum { array_region__region };
enum { array_union__a, array_union__b };
enum { array_unions__arrays };
enum { arrayvalue__intArray, arrayvalue__index };
enum { attract__from, attract__absoluteDirection, attract__then };
enum { avoidstoredstate__moves, avoidstoredstate__then };
enum { bet__player, bet__roleType, bet__range, bet__then };
enum { between__before, between__range, between__after, between__if_, between__trail, between__apply };
enum { bool_if__condition, bool_if__yes, bool_if__no };
enum { byscore__scores, byscore__misere };
enum { can_move__moves };
enum { centrepoint__siteType };
enum { claim__pieceRef, claim__to, claim__count, claim__stack, claim__then };
enum { column__siteType, column__of };
enum { coord__siteType, coord__name };
enum { coord_rowcolumn__siteType, coord_rowcolumn__row, coord_rowcolumn__column };
enum { cost__siteType, cost__at, cost__in };
enum { count__siteType, count__in, count__at, count__name };
enum { count_adjacent__siteType, count_adjacent__in, count_adjacent__at, count_adjacent__name };
enum { count_columns__siteType };
enum { count_diagonal__siteType, count_diagonal__in, count_diagonal__at, count_diagonal__name };
enum { count_groups__siteType, count_groups__direction, count_groups__if_, count_groups__min, count_groups__isVisible };
enum { count_liberties__siteType, count_liberties__at, count_liberties__direction, count_liberties__if_ };
enum { count_neighbours__siteType, count_neighbours__in, count_neighbours__at, count_neighbours__name };
enum { count_off__siteType, count_off__in, count_off__at, count_off__name };
enum { count_orthogonal__siteType, count_orthogonal__in, count_orthogonal__at, count_orthogonal__name };
enum { count_pieces__siteType, count_pieces__roleType, count_pieces__of, count_pieces__name, count_pieces__in,
    count_pieces__if_ };
enum { count_pips__roleType, count_pips__of };
enum { count_rows__siteType };
enum { count_sites__siteType, count_sites__in, count_sites__at, count_sites__name };
enum { count_sizebiggestgroup__siteType, count_sizebiggestgroup__direction, count_sizebiggestgroup__if_,
    count_sizebiggestgroup__isVisible };
enum { count_stack__stackDirection, count_stack__siteType, count_stack__at, count_stack__to, count_stack__if_,
    count_stack__stop };
enum { count_steps__siteType, count_steps__relationType, count_steps__stepRule, count_steps__newRotation,
    count_steps__site, count_steps__target, count_steps__region };
enum { count_value__value, count_value__in };
enum { custodial__from, custodial__absoluteDirection, custodial__between, custodial__to, custodial__then };
enum { difference__a, difference__b, difference__site };
enum { directional__from, directional__direction, directional__to, directional__then };
enum { directions__relativeDirection, directions__relativeDirections, directions__of, directions__bySite };
enum { directions_absolute__absoluteDirection, directions_absolute__absoluteDirections };
enum { directions_between__siteType, directions_between__from, directions_between__to };
enum { directions_difference__a, directions_difference__b };
enum { directions_if__condition, directions_if__a, directions_if__b };
enum { directions_random__direction, directions_random__num };
enum { directions_union__a, directions_union__b };
enum { div_int__a, div_int__b };
enum { do__moves, do__next, do__ifAfterwards, do__then };
enum { edge_between__a, edge_between__b };
enum { enclose__siteType, enclose__from, enclose__direction, enclose__between, enclose__numException, enclose__then };
enum { end_foreach_nonmover__if_, end_foreach_nonmover__outcome };
enum { end_foreach_player__if_, end_foreach_player__outcome };
enum { end_foreach_track__if_, end_foreach_track__outcome };
enum { end_if__condition, end_if__subEnd, end_if__subEnds, end_if__outcome };
enum { end_if_sub__condition, end_if_sub__outcome };
enum { eq__a, eq__b, eq__roleType };
enum { eq_region__a, eq_region__b };
enum { exact__value };
enum { expand__container, expand__containerName, expand__region, expand__origin, expand__steps,
    expand__absoluteDirection, expand__siteType };
enum { face__site };
enum { firstmoveontrack__track, firstmoveontrack__roleType, firstmoveontrack__moves, firstmoveontrack__then };
enum { flip__siteType, flip__site, flip__then };
enum { flips__a, flips__b };
enum { foreach_die__container, foreach_die__combined, foreach_die__replayDouble, foreach_die__if_, foreach_die__moves,
    foreach_die__then };
enum { foreach_direction__from, foreach_direction__direction, foreach_direction__between, foreach_direction__to,
    foreach_direction__moves, foreach_direction__then };
enum { foreach_group__siteType, foreach_group__direction, foreach_group__if_, foreach_group__moves, foreach_group__then
    };
enum { foreach_level__siteType, foreach_level__site, foreach_level__stackDirection, foreach_level__moves,
    foreach_level__then };
enum { foreach_piece__on, foreach_piece__piece, foreach_piece__pieces, foreach_piece__container,
    foreach_piece__containerName, foreach_piece__moves, foreach_piece__player, foreach_piece__roleType,
    foreach_piece__top, foreach_piece__then };
enum { foreach_player__moves, foreach_player__then };
enum { foreach_players__players, foreach_players__moves, foreach_players__then };
enum { foreach_site__region, foreach_site__moves, foreach_site__noMoveYet, foreach_site__then };
enum { foreach_team__moves, foreach_team__then };
enum { foreach_value__min, foreach_value__max, foreach_value__moves, foreach_value__then };
enum { foreach_value_in__intArray, foreach_value_in__moves, foreach_value_in__then };
enum { forget_state__then };
enum { forget_state_all__allWord, forget_state_all__then };
enum { forget_value__name, forget_value__value, forget_value__then };
enum { forget_values__name, forget_values__allWord, forget_values__then };
enum { from__siteType, from__region, from__site, from__level, from__if_ };
enum { fromto__from, fromto__to, fromto__count, fromto__copy, fromto__stack, fromto__mover, fromto__then };
enum { ge__a, ge__b };
enum { gt__a, gt__b };
enum { handsite__index, handsite__roleType, handsite__site };
enum { hop__from, hop__direction, hop__between, hop__to, hop__stack, hop__then };
enum { id__name, id__index, id__roleType };
enum { int_if__condition, int_if__yes, int_if__no };
enum { intersection__a, intersection__b };
enum { intersection_all__regions };
enum { intervene__from, intervene__absoluteDirection, intervene__between, intervene__to, intervene__then };
enum { is_active__index, is_active__roleType };
enum { is_anydie__value };
enum { is_blocked__number, is_blocked__siteType, is_blocked__direction, is_blocked__regions, is_blocked__roleType,
    is_blocked__regionTypeStatic };
enum { is_connected__number, is_connected__siteType, is_connected__at, is_connected__direction, is_connected__regions,
    is_connected__roleType, is_connected__regionTypeStatic };
enum { is_crossing__a, is_crossing__b };
enum { is_decided__vote };
enum { is_empty__siteType, is_empty__site };
enum { is_enemy__index, is_enemy__roleType };
enum { is_even__value };
enum { is_flat__site };
enum { is_friend__index, is_friend__roleType };
enum { is_hidden__hiddenData, is_hidden__siteType, is_hidden__at, is_hidden__level, is_hidden__to, is_hidden__toRole };
enum { is_in__site, is_in__sites, is_in__region };
enum { is_in_array__value, is_in_array__intArray };
enum { is_lastfrom__siteType };
enum { is_lastto__siteType };
enum { is_line__siteType, is_line__length, is_line__absoluteDirection, is_line__through, is_line__throughAny,
    is_line__roleType, is_line__what, is_line__whats, is_line__exact, is_line__contiguous, is_line__if_,
    is_line__byLevel, is_line__top, is_line__throughHowMuch, is_line__isVisible, is_line__useOpposites };
enum { is_loop__siteType, is_loop__surround, is_loop__surroundList, is_loop__direction, is_loop__colour, is_loop__start,
    is_loop__region, is_loop__path };
enum { is_mover__index, is_mover__roleType };
enum { is_next__index, is_next__roleType };
enum { is_occupied__siteType, is_occupied__site };
enum { is_odd__value };
enum { is_path__siteType, is_path__index, is_path__roleType, is_path__length, is_path__closed };
enum { is_pattern__walk, is_pattern__siteType, is_pattern__from, is_pattern__what, is_pattern__whats };
enum { is_prev__index, is_prev__roleType };
enum { is_proposed__proposal };
enum { is_regulargraph__player, is_regulargraph__roleType, is_regulargraph__k, is_regulargraph__odd,
    is_regulargraph__even };
enum { is_related__relationType, is_related__siteType, is_related__site, is_related__other, is_related__region };
enum { is_repeat__repetitionType };
enum { is_spanningtree__player, is_spanningtree__roleType };
enum { is_target__container, is_target__name, is_target__configuration, is_target__site, is_target__sites };
enum { is_threatened__what, is_threatened__siteType, is_threatened__region, is_threatened__at, is_threatened__moves };
enum { is_tree__player, is_tree__roleType };
enum { is_treecentre__player, is_treecentre__roleType };
enum { is_triggered__event, is_triggered__index, is_triggered__roleType };
enum { is_visited__site };
enum { is_within__id, is_within__siteType, is_within__at, is_within__in };
enum { last_from__afterConsequence };
enum { last_levelfrom__afterConsequence };
enum { last_levelto__afterConsequence };
enum { last_to__afterConsequence };
enum { layer__siteType, layer__of };
enum { le__a, le__b };
enum { leap__from, leap__walks, leap__forward, leap__rotations, leap__to, leap__then };
enum { lt__a, lt__b };
enum { map__name, map__pairs };
enum { map_ints__name, map_ints__keys, map_ints__values };
enum { mapentry__name, mapentry__key, mapentry__roleType };
enum { max_array__intArray };
enum { max_captures__withValue, max_captures__moves, max_captures__then };
enum { max_distance__track, max_distance__roleType, max_distance__moves, max_distance__then };
enum { max_int__a, max_int__b };
enum { max_moves__withValue, max_moves__moves, max_moves__then };
enum { max_range__value };
enum { min_array__intArray };
enum { min_int__a, min_int__b };
enum { min_range__value };
enum { mod_int__a, mod_int__b };
enum { move__from, move__to, move__count, move__copy, move__stack, move__mover, move__then };
enum { move_add__pieceRef, move_add__to, move_add__count, move_add__stack, move_add__then };
enum { move_bet__player, move_bet__roleType, move_bet__range, move_bet__then };
enum { move_claim__pieceRef, move_claim__to, move_claim__count, move_claim__stack, move_claim__then };
enum { move_hop__from, move_hop__direction, move_hop__between, move_hop__to, move_hop__stack, move_hop__then };
enum { move_leap__from, move_leap__walks, move_leap__forward, move_leap__rotations, move_leap__to, move_leap__then };
enum { move_pass__then };
enum { move_promote__siteType, move_promote__site, move_promote__pieceRef, move_promote__player, move_promote__roleType,
    move_promote__then };
enum { move_propose__proposal, move_propose__proposals, move_propose__then };
enum { move_remove__siteType, move_remove__site, move_remove__region, move_remove__level, move_remove__at,
    move_remove__count, move_remove__then };
enum { move_select__from, move_select__to, move_select__mover, move_select__then };
enum { move_set_nextplayer__nextPlayerWord, move_set_nextplayer__player, move_set_nextplayer__roleType,
    move_set_nextplayer__then };
enum { move_set_rotation__rotationWord, move_set_rotation__to, move_set_rotation__rotations,
    move_set_rotation__rotation, move_set_rotation__previous, move_set_rotation__next, move_set_rotation__then };
enum { move_shoot__pieceRef, move_shoot__from, move_shoot__absoluteDirection, move_shoot__between, move_shoot__to,
    move_shoot__then };
enum { move_slide__from, move_slide__track, move_slide__direction, move_slide__between, move_slide__to,
    move_slide__stack, move_slide__then };
enum { move_step__from, move_step__direction, move_step__to, move_step__stack, move_step__then };
enum { move_swap_pieces__piecesWord, move_swap_pieces__a, move_swap_pieces__b, move_swap_pieces__then };
enum { move_swap_players__playersWord, move_swap_players__a, move_swap_players__roleA, move_swap_players__b,
    move_swap_players__roleB, move_swap_players__then };
enum { move_vote__vote, move_vote__votes, move_vote__then };
enum { moveagain__then };
enum { moves_and__a, moves_and__b, moves_and__then };
enum { moves_and_all__list, moves_and_all__then };
enum { moves_if__condition, moves_if__yes, moves_if__no, moves_if__then };
enum { moves_or__a, moves_or__b, moves_or__then };
enum { moves_or_all__list, moves_or_all__then };
enum { moves_seq__list };
enum { mul_array__intArray };
enum { mul_int__a, mul_int__b };
enum { mul_ints__values };
enum { ne__a, ne__b, ne__roleType };
enum { ne_region__a, ne_region__b };
enum { nextphase__roleType, nextphase__player, nextphase__condition, nextphase__name };
enum { no_moves__roleType };
enum { no_pieces__siteType, no_pieces__roleType, no_pieces__of, no_pieces__name, no_pieces__in };
enum { not__value };
enum { note__player, note__playerRole, note__message, note__value, note__intArray, note__number, note__truth,
    note__region, note__range, note__direction, note__graph, note__to, note__toRole };
enum { or__a, or__b };
enum { or_all__list };
enum { pair__key, pair__value };
enum { pair_int_name__key, pair_int_name__value };
enum { pair_names__key, pair_names__value };
enum { pair_role__key, pair_role__value };
enum { pair_role_landmark__key, pair_role_landmark__value };
enum { pair_role_name__key, pair_role_name__value };
enum { pair_roles__key, pair_roles__value };
enum { pass__then };
enum { payoff__roleType, payoff__value };
enum { payoffs__payoffs };
enum { phase_of__siteType, phase_of__of };
enum { piece_ref__name, piece_ref__component, piece_ref__names, piece_ref__components, piece_ref__state };
enum { piececount__piece, piececount__count };
enum { place__piece, place__container, place__siteType, place__site, place__coord, place__count, place__state,
    place__rotation, place__value };
enum { place_random__region, place_random__pieces, place_random__count, place_random__state, place_random__value,
    place_random__siteType };
enum { place_random_stack__piece, place_random_stack__pieceCounts, place_random_stack__count, place_random_stack__state,
    place_random_stack__value, place_random_stack__site, place_random_stack__siteType };
enum { place_sites__piece, place_sites__siteType, place_sites__sites, place_sites__region, place_sites__coords,
    place_sites__counts, place_sites__state, place_sites__rotation, place_sites__value };
enum { place_stack__piece, place_stack__items, place_stack__container, place_stack__siteType, place_stack__site,
    place_stack__sites, place_stack__region, place_stack__coord, place_stack__coords, place_stack__count,
    place_stack__counts, place_stack__state, place_stack__rotation, place_stack__value };
enum { player__index };
enum { players_all__if_ };
enum { players_ally__of, players_ally__if_ };
enum { players_each__if_ };
enum { players_enemy__of, players_enemy__if_ };
enum { players_friend__of, players_friend__if_ };
enum { players_nonmover__if_ };
enum { players_team__team, players_team__if_ };
enum { pow_int__a, pow_int__b };
enum { prev__prevType };
enum { priority__list, priority__then };
enum { priority_two__a, priority_two__b, priority_two__then };
enum { promote__siteType, promote__site, promote__pieceRef, promote__player, promote__roleType, promote__then };
enum { propose__proposal, propose__proposals, propose__then };
enum { push__from, push__direction, push__then };
enum { random__weights, random__choices };
enum { random_num__moves, random_num__num };
enum { range__min, range__max };
enum { region_foreach__region, region_foreach__if_ };
enum { region_foreach_of__of, region_foreach_of__body };
enum { region_foreach_player__players, region_foreach_player__region };
enum { region_foreach_team__region };
enum { region_if__condition, region_if__yes, region_if__no };
enum { regionsite__region, regionsite__index };
enum { remember_state__then };
enum { remember_value__name, remember_value__value, remember_value__unique, remember_value__then };
enum { remove__siteType, remove__site, remove__region, remove__level, remove__at, remove__count, remove__then };
enum { result__roleType, result__resultType };
enum { results__from, results__fromRegion, results__to, results__toRegion, results__value };
enum { roll__then };
enum { rotation__siteType, rotation__at, rotation__level };
enum { rotations__absoluteDirection, rotations__directions };
enum { row__siteType, row__of };
enum { score__player, score__roleType };
enum { score_player__roleType, score_player__value };
enum { select__from, select__to, select__mover, select__then };
enum { set_count__siteType, set_count__at, set_count__value, set_count__then };
enum { set_counter__value, set_counter__then };
enum { set_hidden__hiddenData, set_hidden__list, set_hidden__siteType, set_hidden__at, set_hidden__region,
    set_hidden__level, set_hidden__value, set_hidden__to, set_hidden__toRole, set_hidden__then };
enum { set_nextplayer__player, set_nextplayer__roleType, set_nextplayer__intArray, set_nextplayer__then };
enum { set_pending__value, set_pending__region, set_pending__then };
enum { set_pot__value, set_pot__then };
enum { set_rotation__to, set_rotation__rotations, set_rotation__rotation, set_rotation__previous, set_rotation__next,
    set_rotation__then };
enum { set_score__player, set_score__roleType, set_score__value, set_score__then };
enum { set_state__siteType, set_state__at, set_state__level, set_state__value, set_state__then };
enum { set_value__siteType, set_value__at, set_value__level, set_value__value, set_value__then };
enum { set_value_player__player, set_value_player__roleType, set_value_player__value, set_value_player__then };
enum { set_var__name, set_var__value, set_var__then };
enum { shoot__pieceRef, shoot__from, shoot__absoluteDirection, shoot__between, shoot__to, shoot__then };
enum { site_from__at };
enum { sites_around__siteType, sites_around__site, sites_around__region, sites_around__regionTypeDynamic,
    sites_around__distance, sites_around__absoluteDirection, sites_around__if_, sites_around__includeSelf };
enum { sites_array__intArray };
enum { sites_between__direction, sites_between__siteType, sites_between__from, sites_between__fromIncluded,
    sites_between__to, sites_between__toIncluded, sites_between__cond };
enum { sites_board__siteType };
enum { sites_bottom__siteType };
enum { sites_cell__siteType, sites_cell__index };
enum { sites_centre__siteType };
enum { sites_column__siteType, sites_column__index };
enum { sites_concavecorners__siteType };
enum { sites_convexcorners__siteType };
enum { sites_coords__siteType, sites_coords__coords };
enum { sites_corners__siteType };
enum { sites_crossing__at, sites_crossing__player, sites_crossing__roleType };
enum { sites_direction__from, sites_direction__fromRegion, sites_direction__direction, sites_direction__included,
    sites_direction__stop, sites_direction__stopIncluded, sites_direction__distance, sites_direction__siteType };
enum { sites_distance__siteType, sites_distance__relationType, sites_distance__stepRule, sites_distance__newRotation,
    sites_distance__from, sites_distance__range };
enum { sites_edge__siteType, sites_edge__index };
enum { sites_empty__siteType, sites_empty__container };
enum { sites_from__moves };
enum { sites_group__siteType, sites_group__at, sites_group__from, sites_group__direction, sites_group__if_,
    sites_group__isVisible };
enum { sites_hand__player, sites_hand__roleType };
enum { sites_hidden__hiddenData, sites_hidden__siteType, sites_hidden__to, sites_hidden__toRole };
enum { sites_incident__type, sites_incident__of, sites_incident__at, sites_incident__owner, sites_incident__roleType };
enum { sites_inner__siteType };
enum { sites_ints__sites };
enum { sites_lastfrom__siteType };
enum { sites_lastto__siteType };
enum { sites_layer__siteType, sites_layer__index };
enum { sites_left__siteType };
enum { sites_lineofsight__lineOfSightType, sites_lineofsight__siteType, sites_lineofsight__at,
    sites_lineofsight__direction };
enum { sites_major__siteType };
enum { sites_minor__siteType };
enum { sites_name__player, sites_name__roleType, sites_name__siteType, sites_name__name };
enum { sites_occupied__by, sites_occupied__byRole, sites_occupied__container, sites_occupied__containerName,
    sites_occupied__component, sites_occupied__componentName, sites_occupied__components, sites_occupied__top,
    sites_occupied__on };
enum { sites_outer__siteType };
enum { sites_owner__player, sites_owner__roleType, sites_owner__siteType };
enum { sites_pattern__walk, sites_pattern__siteType, sites_pattern__from, sites_pattern__what, sites_pattern__whats };
enum { sites_pending__siteType };
enum { sites_perimeter__siteType };
enum { sites_phase__siteType, sites_phase__index };
enum { sites_playable__siteType };
enum { sites_random__region, sites_random__num };
enum { sites_right__siteType };
enum { sites_row__siteType, sites_row__index };
enum { sites_side__siteType, sites_side__player, sites_side__roleType, sites_side__compassDirection };
enum { sites_start__pieceRef };
enum { sites_state__siteType, sites_state__value };
enum { sites_to__moves };
enum { sites_toclear__siteType };
enum { sites_top__siteType };
enum { sites_track__player, sites_track__roleType, sites_track__name, sites_track__from, sites_track__to };
enum { sites_walk__siteType, sites_walk__site, sites_walk__walks, sites_walk__rotations };
enum { size_array__intArray };
enum { size_group__siteType, size_group__at, size_group__direction, size_group__if_ };
enum { size_stack__siteType, size_stack__in, size_stack__at };
enum { size_territory__siteType, size_territory__roleType, size_territory__player, size_territory__absoluteDirection };
enum { sizes_group__siteType, sizes_group__direction, sizes_group__roleType, sizes_group__of, sizes_group__if_,
    sizes_group__min, sizes_group__isVisible };
enum { slide__from, slide__track, slide__direction, slide__between, slide__to, slide__stack, slide__then };
enum { sow__siteType, sow__site, sow__count, sow__numPerHole, sow__track, sow__owner, sow__if_, sow__sowEffect,
    sow__apply, sow__includeSelf, sow__origin, sow__skipIf, sow__backtracking, sow__forward, sow__then };
enum { start_foreach_player__startRule };
enum { start_foreach_site__region, start_foreach_site__if_, start_foreach_site__startRule };
enum { start_foreach_team__startRule };
enum { start_foreach_value__min, start_foreach_value__max, start_foreach_value__startRule };
enum { start_set_amount__roleType, start_set_amount__value };
enum { start_set_cost__cost, start_set_cost__siteType, start_set_cost__at, start_set_cost__to };
enum { start_set_count__count, start_set_count__siteType, start_set_count__at, start_set_count__to };
enum { start_set_hidden__hiddenData, start_set_hidden__list, start_set_hidden__siteType, start_set_hidden__at,
    start_set_hidden__region, start_set_hidden__level, start_set_hidden__value, start_set_hidden__to };
enum { start_set_remember__name, start_set_remember__value, start_set_remember__region, start_set_remember__unique };
enum { start_set_role__roleType, start_set_role__siteType, start_set_role__site, start_set_role__coord };
enum { start_set_role_sites__roleType, start_set_role_sites__siteType, start_set_role_sites__sites,
    start_set_role_sites__region, start_set_role_sites__coords };
enum { start_set_score__roleType, start_set_score__value };
enum { start_set_team__index, start_set_team__members };
enum { state__siteType, state__at, state__level };
enum { step__from, step__direction, step__to, step__stack, step__then };
enum { step_rule__from, step_rule__direction, step_rule__to, step_rule__stack, step_rule__then };
enum { sub_int__a, sub_int__b };
enum { surround__from, surround__absoluteDirection, surround__between, surround__to, surround__except, surround__with,
    surround__then };
enum { swap_pieces__a, swap_pieces__b, swap_pieces__then };
enum { swap_players__a, swap_players__roleA, swap_players__b, swap_players__roleB, swap_players__then };
enum { take_control__of, take_control__ofPlayer, take_control__by, take_control__byPlayer, take_control__at,
    take_control__to, take_control__siteType, take_control__then };
enum { takecontrol__of, takecontrol__ofPlayer, takecontrol__by, takecontrol__byPlayer, takecontrol__at, takecontrol__to,
    takecontrol__siteType, takecontrol__then };
enum { then__effect, then__applyAfterAllMoves };
enum { to__siteType, to__region, to__site, to__level, to__rotations, to__if_, to__apply };
enum { tobool__a, tobool__b };
enum { toplevel__siteType, toplevel__at };
enum { tracksite_end__player, tracksite_end__roleType, tracksite_end__track };
enum { tracksite_first__player, tracksite_first__roleType, tracksite_first__track, tracksite_first__from,
    tracksite_first__if_ };
enum { tracksite_move__from, tracksite_move__roleType, tracksite_move__player, tracksite_move__track,
    tracksite_move__steps };
enum { trigger__event, trigger__player, trigger__roleType, trigger__index, trigger__then };
enum { union__a, union__b };
enum { union_all__regions };
enum { value_piece__siteType, value_piece__at, value_piece__level };
enum { value_player__index, value_player__roleType };
enum { value_random__range };
enum { values_remembered__name };
enum { var__name };
enum { vote__vote, vote__votes, vote__then };
enum { what__siteType, what__at, what__level };
enum { where__name, where__index, where__roleType, where__state, where__siteType };
enum { where_level__name, where_level__index, where_level__roleType, where_level__state, where_level__siteType,
    where_level__at, where_level__fromTop };
enum { where_level_what__what, where_level_what__siteType, where_level_what__at, where_level_what__fromTop };
enum { where_what__what, where_what__siteType };
enum { while__condition, while__moves, while__then };
enum { who__siteType, who__at, who__level };
enum { xor__a, xor__b };

enum { OP_abs_int, OP_add, OP_add_array, OP_add_int, OP_add_ints, OP_addscore, OP_addscore_all, OP_ahead,
    OP_all_diceequal, OP_all_diceused, OP_all_different, OP_all_different_values, OP_all_groups, OP_all_passed,
    OP_all_sites, OP_all_values, OP_allcombinations, OP_amount, OP_and, OP_and_all, OP_append, OP_apply, OP_apply_if,
    OP_array, OP_array_difference, OP_array_if, OP_array_intersection, OP_array_intersections, OP_array_region,
    OP_array_union, OP_array_unions, OP_arrayvalue, OP_attract, OP_avoidstoredstate, OP_bet, OP_between, OP_bool_if,
    OP_byscore, OP_can_move, OP_centrepoint, OP_claim, OP_column, OP_coord, OP_coord_rowcolumn, OP_cost, OP_count,
    OP_count_active, OP_count_adjacent, OP_count_cells, OP_count_columns, OP_count_diagonal, OP_count_edges,
    OP_count_groups, OP_count_liberties, OP_count_moves, OP_count_movesthisturn, OP_count_neighbours, OP_count_off,
    OP_count_orthogonal, OP_count_pieces, OP_count_pips, OP_count_players, OP_count_rows, OP_count_sites,
    OP_count_sizebiggestgroup, OP_count_stack, OP_count_steps, OP_count_turns, OP_count_value, OP_count_vertices,
    OP_counter, OP_custodial, OP_difference, OP_directional, OP_directions, OP_directions_absolute,
    OP_directions_between, OP_directions_difference, OP_directions_if, OP_directions_random, OP_directions_union,
    OP_div_int, OP_do, OP_edge_between, OP_enclose, OP_end_foreach_nonmover, OP_end_foreach_player,
    OP_end_foreach_track, OP_end_if, OP_end_if_sub, OP_eq, OP_eq_region, OP_exact, OP_expand, OP_face,
    OP_firstmoveontrack, OP_flip, OP_flips, OP_foreach_die, OP_foreach_direction, OP_foreach_group, OP_foreach_level,
    OP_foreach_piece, OP_foreach_player, OP_foreach_players, OP_foreach_site, OP_foreach_team, OP_foreach_value,
    OP_foreach_value_in, OP_forget_state, OP_forget_state_all, OP_forget_value, OP_forget_values, OP_from, OP_fromto,
    OP_ge, OP_gt, OP_handsite, OP_hop, OP_id, OP_int_if, OP_intersection, OP_intersection_all, OP_intervene,
    OP_is_active, OP_is_anydie, OP_is_blocked, OP_is_connected, OP_is_crossing, OP_is_cycle, OP_is_decided, OP_is_empty,
    OP_is_enemy, OP_is_even, OP_is_flat, OP_is_friend, OP_is_full, OP_is_hidden, OP_is_in, OP_is_in_array,
    OP_is_lastfrom, OP_is_lastto, OP_is_line, OP_is_loop, OP_is_mover, OP_is_next, OP_is_occupied, OP_is_odd,
    OP_is_path, OP_is_pattern, OP_is_pending, OP_is_prev, OP_is_proposed, OP_is_regulargraph, OP_is_related,
    OP_is_repeat, OP_is_spanningtree, OP_is_target, OP_is_threatened, OP_is_tree, OP_is_treecentre, OP_is_triggered,
    OP_is_visited, OP_is_within, OP_last_between, OP_last_from, OP_last_levelfrom, OP_last_levelto, OP_last_to,
    OP_layer, OP_le, OP_leap, OP_level, OP_lt, OP_map, OP_map_ints, OP_mapentry, OP_max_array, OP_max_captures,
    OP_max_distance, OP_max_int, OP_max_moves, OP_max_range, OP_min_array, OP_min_int, OP_min_range, OP_mod_int,
    OP_move, OP_move_add, OP_move_bet, OP_move_claim, OP_move_hop, OP_move_leap, OP_move_pass, OP_move_promote,
    OP_move_propose, OP_move_remove, OP_move_select, OP_move_set_nextplayer, OP_move_set_rotation, OP_move_shoot,
    OP_move_slide, OP_move_step, OP_move_swap_pieces, OP_move_swap_players, OP_move_vote, OP_moveagain, OP_mover,
    OP_moves_and, OP_moves_and_all, OP_moves_if, OP_moves_or, OP_moves_or_all, OP_moves_seq, OP_mul_array, OP_mul_int,
    OP_mul_ints, OP_ne, OP_ne_region, OP_next, OP_nextphase, OP_no_moves, OP_no_pieces, OP_not, OP_note, OP_or,
    OP_or_all, OP_pair, OP_pair_int_name, OP_pair_names, OP_pair_role, OP_pair_role_landmark, OP_pair_role_name,
    OP_pair_roles, OP_pass, OP_payoff, OP_payoffs, OP_phase_of, OP_piece_ref, OP_piececount, OP_pips, OP_place,
    OP_place_random, OP_place_random_stack, OP_place_sites, OP_place_stack, OP_player, OP_players_all, OP_players_ally,
    OP_players_each, OP_players_enemy, OP_players_friend, OP_players_nonmover, OP_players_team, OP_pot, OP_pow_int,
    OP_prev, OP_priority, OP_priority_two, OP_promote, OP_propose, OP_push, OP_random, OP_random_num, OP_range,
    OP_region_foreach, OP_region_foreach_of, OP_region_foreach_player, OP_region_foreach_team, OP_region_if,
    OP_regionsite, OP_remember_state, OP_remember_value, OP_remove, OP_result, OP_results, OP_roll, OP_rotation,
    OP_rotations, OP_row, OP_score, OP_score_player, OP_select, OP_set_count, OP_set_counter, OP_set_hidden,
    OP_set_nextplayer, OP_set_pending, OP_set_pot, OP_set_rotation, OP_set_score, OP_set_state, OP_set_value,
    OP_set_value_player, OP_set_var, OP_shoot, OP_site, OP_site_between, OP_site_from, OP_site_player, OP_site_to,
    OP_sites_around, OP_sites_array, OP_sites_between, OP_sites_board, OP_sites_bottom, OP_sites_cell, OP_sites_centre,
    OP_sites_column, OP_sites_concavecorners, OP_sites_context, OP_sites_convexcorners, OP_sites_coords,
    OP_sites_corners, OP_sites_crossing, OP_sites_direction, OP_sites_distance, OP_sites_edge, OP_sites_empty,
    OP_sites_from, OP_sites_group, OP_sites_hand, OP_sites_hidden, OP_sites_incident, OP_sites_inner, OP_sites_ints,
    OP_sites_lastfrom, OP_sites_lastto, OP_sites_layer, OP_sites_left, OP_sites_lineofsight, OP_sites_major,
    OP_sites_minor, OP_sites_name, OP_sites_occupied, OP_sites_outer, OP_sites_owner, OP_sites_pattern,
    OP_sites_pending, OP_sites_perimeter, OP_sites_phase, OP_sites_playable, OP_sites_random, OP_sites_right,
    OP_sites_row, OP_sites_side, OP_sites_start, OP_sites_state, OP_sites_to, OP_sites_toclear, OP_sites_top,
    OP_sites_track, OP_sites_walk, OP_size_array, OP_size_group, OP_size_stack, OP_size_territory, OP_sizes_group,
    OP_slide, OP_sow, OP_start_foreach_player, OP_start_foreach_site, OP_start_foreach_team, OP_start_foreach_value,
    OP_start_set_amount, OP_start_set_cost, OP_start_set_count, OP_start_set_hidden, OP_start_set_remember,
    OP_start_set_role, OP_start_set_role_sites, OP_start_set_score, OP_start_set_team, OP_state, OP_step, OP_step_rule,
    OP_sub_int, OP_surround, OP_swap_pieces, OP_swap_players, OP_take_control, OP_takecontrol, OP_team, OP_then, OP_to,
    OP_tobool, OP_toplevel, OP_track_context, OP_tracksite_end, OP_tracksite_first, OP_tracksite_move, OP_trigger,
    OP_union, OP_union_all, OP_value, OP_value_movelimit, OP_value_pending, OP_value_piece, OP_value_player,
    OP_value_random, OP_value_turnlimit, OP_values_remembered, OP_var, OP_vote, OP_was_pass, OP_what, OP_where,
    OP_where_level, OP_where_level_what, OP_where_what, OP_while, OP_who, OP_xor, N_LUDEMES };
#endif
