"""Small plan tables without a fault, as text, and a way to put one fault into them."""

from __future__ import annotations

from pathlib import Path

SOUND = {
    "sources": "source,title_zh,issuer,issued,note\nplan,某市规划,市民政局,2021-12-01,\n",
    "regions": (
        "region,name_zh,name_en,level,parent\nriver,江省,River,province,\nhill,山市,Hill,city,river\n"
    ),
    "areas": "area,name_zh,name_en\ncare,照护,Care\n",
    "units": (
        "unit,name_zh,name_en\npercent,百分比,percent\nsite,个/处,sites\nyuan_per_year,元/年,yuan\n"
    ),
    "indicators": (
        "indicator,name_zh,name_en,area,unit,kind,lower,upper,better,cumulative,resolution,"
        "concept,definition\n"
        "bed_share,床位占比,Bed share,care,percent,share,0,100,higher,false,0.1,beds,护理床位占比\n"
        "stations,站点,Stations,care,site,count,0,,higher,true,1,stations,累计建成站点\n"
        "waiting,等待,Waiting,care,site,stock,0,,lower,false,1,waiting,等待天数\n"
        "standard,标准,Standard,care,yuan_per_year,amount,0,,higher,false,1,standard,年标准\n"
    ),
    "targets": (
        "region,indicator,year,value,comparator,role,force,source,locus,note\n"
        "hill,bed_share,2025,58,ge,final,binding,plan,表1,\n"
        "hill,stations,2025,30,eq,final,,plan,,\n"
        "hill,waiting,2025,10,le,final,,plan,,\n"
        "hill,standard,2022,2021,ge,annual,,plan,,\n"
    ),
    "observations": (
        "region,indicator,year,as_of,value,status,source,locus,note\n"
        "hill,bed_share,2020,,54.9,actual,plan,,\n"
        "hill,stations,2021,,12,actual,plan,,\n"
        "hill,stations,2020,,10,actual,plan,,\n"
        "hill,stations,2022,2022-06-30,15,preliminary,plan,,\n"
    ),
    "tasks": (
        "region,list,name_zh,requirement_zh,due,source,locus\n"
        "hill,reform,甲,,,plan,\nhill,policy,乙,,2023年底,plan,\nhill,work,丙,,2022-2024,plan,\n"
    ),
    "projects": (
        "region,agency,class,stage,name_zh,start,end,investment,builder,source\n"
        "hill,局,planning,new,养老院,2021,2023,5000,,plan\n"
    ),
}


def write(folder: Path, tables: dict[str, str]) -> Path:
    """Write tables into a folder."""
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def change(folder: Path, table: str, old: str, new: str) -> None:
    """Put one fault into a table."""
    text = SOUND[table]
    assert text.count(old) == 1
    (folder / f"{table}.csv").write_text(text.replace(old, new), encoding="utf-8")
