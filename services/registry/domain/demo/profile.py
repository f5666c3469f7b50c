"""What the demo prefecture is made of: shares and weights, all invented within plausible bounds.

None of these numbers is a statistic. They make a prefecture of the size the survey report names
(1,404 grids, 175 urban communities) with the mix of languages, ages and households of an old
industrial region at the border, so that lists, searches and indicators have something to show.
"""

from datetime import date
from typing import Final

AS_OF: Final = date(2026, 11, 1)
SEED: Final = "onegrid"

PREFECTURE: Final = "2224"
PILOT_COUNTY: Final = "222406"

GRIDS: Final = 1404
COMMUNITIES: Final = 175
TINY_COMMUNITIES: Final = 2
TINY_GRIDS_PER_COMMUNITY: Final = 2

# Households of a grid: the survey report asks for 300 to 500; a few lie outside so that
# the check on grid sizes has findings.
HOUSEHOLDS_LOW, HOUSEHOLDS_USUAL, HOUSEHOLDS_HIGH = 300, 400, 500
OUTSIDE_SHARE: Final = 0.04
OUTSIDE_SMALL: Final = (180, 299)
OUTSIDE_LARGE: Final = (501, 640)

# Share of the prefecture's urban residents; decides how many of the 1,404 grids a county has.
COUNTY_WEIGHTS: Final[dict[str, int]] = {
    "222401": 690,
    "222402": 70,
    "222403": 250,
    "222404": 180,
    "222405": 90,
    "222406": 85,
    "222424": 95,
    "222426": 75,
}

KOREAN_SHARE: Final[dict[str, float]] = {
    "222401": 0.56,
    "222402": 0.54,
    "222403": 0.35,
    "222404": 0.42,
    "222405": 0.58,
    "222406": 0.52,
    "222424": 0.38,
    "222426": 0.35,
}

HAN, KOREAN, MANCHU, HUI = "01", "10", "11", "03"
MANCHU_SHARE: Final = 0.03
HUI_SHARE: Final = 0.008
MIXED_MARRIAGE_SHARE: Final = 0.07

# Vacant dwellings are common where people work abroad.
VACANT_SHARE: Final = 0.11

# Issuing code of every demo identity number. No county has it or ever had it (GB/T 2260: 2224 is
# the last prefecture of Jilin), so no demo number belongs to a living person.
ISSUING_CODE: Final = "229999"

# 154 is not assigned to any carrier (MIIT, 我国公众移动通信网网号及H0分配情况, as of 2023-03-31).
# China reserves no range for fiction, so an unassigned one is the nearest thing to it.
PHONE_PREFIX: Final = "154"

# Places outside the prefecture where migrants are registered (GB/T 2260).
OUTSIDE_COUNTIES: Final = (
    "220102",
    "220104",
    "220202",
    "220203",
    "220302",
    "220502",
    "220582",
    "220602",
    "220702",
    "230102",
    "230103",
    "231002",
    "231084",
    "231085",
    "210102",
    "210202",
    "210602",
    "370602",
    "370283",
    "410102",
)

ROADS: Final = (
    "长白山街",
    "海兰江路",
    "文化路",
    "光明街",
    "人民路",
    "延河路",
    "友谊路",
    "建设街",
    "青年路",
    "解放路",
    "新华路",
    "春光路",
    "银河街",
    "参花街",
    "公园路",
    "朝阳街",
    "进学路",
    "天池路",
    "梨花路",
    "松江路",
    "金达莱街",
    "团结路",
    "爱国路",
    "龙山路",
    "平安街",
    "园林路",
    "和平街",
    "胜利路",
    "白桦路",
    "红松街",
    "江滨路",
    "站前街",
    "迎宾路",
    "学府街",
    "工农路",
    "渤海街",
    "布尔哈通街",
    "图们江路",
    "民慧街",
    "烟集路",
)
